package dev.brickyard.engine.solve;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.StepOutcome;
import dev.brickyard.engine.copy.FileSource;
import dev.brickyard.engine.graph.FetchedFiles;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.layer.Layer;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** One source of one build: found out at once, fetched when it is needed. */
abstract class Fetch implements FetchedFiles {
  /** Does something with a server. */
  interface Work<T> {
    T run() throws Exception;
  }

  private final FileSteps files;
  private final FetchProgress progress = new FetchProgress();
  private final FutureTask<Digest> key = new FutureTask<>(this::resolve);
  private final ReentrantLock fetching = new ReentrantLock();
  private @Nullable Layer layer;

  Fetch(FileSteps files) {
    this.files = files;
  }

  /** Finds out what it is, on another thread. */
  void begin(Executor threads) {
    threads.execute(key);
  }

  /** What is to be told of it. */
  FetchProgress progress() {
    return progress;
  }

  /** Finds out what it is, and remembers it. */
  abstract Digest resolve() throws Exception;

  /** Brings it here, or finds it in the farm. Called by one thread at a time. */
  abstract Layer fetch() throws Exception;

  /** The layer was lost: it has to be fetched again. */
  void forget(Digest blob) throws InterruptedException {
    fetching.lockInterruptibly();
    try {
      if (layer != null && (layer.blob().digest().equals(blob) || layer.diffId().equals(blob))) {
        layer = null;
      }
    } finally {
      fetching.unlock();
    }
  }

  /** What was fetched while it was found out. */
  void fetched(Layer arrived) throws InterruptedException {
    fetching.lockInterruptibly();
    try {
      layer = arrived;
    } finally {
      fetching.unlock();
    }
  }

  /** Does it, and tells of it. */
  <T> T told(Work<T> work) throws Exception {
    progress.started();
    StepOutcome outcome = StepOutcome.FAILED;
    try {
      T done = work.run();
      outcome = StepOutcome.DONE;
      return done;
    } catch (InterruptedException e) {
      outcome = StepOutcome.CANCELED;
      throw e;
    } finally {
      progress.ended(outcome);
    }
  }

  @Override
  public Digest key() throws BuildFailure, IOException, InterruptedException {
    try {
      return key.get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case BuildFailure failure -> throw failure;
        case IOException failure -> throw failure;
        case InterruptedException interrupted -> throw interrupted;
        case RuntimeException defect -> throw defect;
        case null, default -> throw new IOException("a source cannot be looked up", e.getCause());
      }
    } catch (CancellationException e) {
      InterruptedException ended = new InterruptedException("the build ended");
      ended.initCause(e);
      throw ended;
    }
  }

  @Override
  public FileSource files() throws Exception {
    return files.files(layers());
  }

  @Override
  public List<Layer> layers() throws Exception {
    key();
    fetching.lockInterruptibly();
    try {
      Layer there = layer;
      if (there == null) {
        there = fetch();
        layer = there;
      }
      return List.of(there);
    } finally {
      fetching.unlock();
    }
  }
}
