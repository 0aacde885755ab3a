package dev.brickyard.engine.solve;

import dev.brickyard.engine.BuildEngine;
import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.BuildObserver;
import dev.brickyard.engine.BuildRequest;
import dev.brickyard.engine.BuildResult;
import dev.brickyard.engine.PublishRequest;
import dev.brickyard.engine.cachemount.CacheMounts;
import dev.brickyard.engine.image.Descriptor;
import dev.brickyard.engine.registry.ImagePublisher;
import dev.brickyard.engine.registry.ImagePusher;
import dev.brickyard.engine.registry.RegistryException;
import dev.brickyard.engine.secret.SecretFiles;
import dev.brickyard.engine.snapshot.DiskFigures;
import dev.brickyard.engine.snapshot.LayerStore;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;

/**
 * The engine of a worker: builds on this machine, with the memory of the whole farm. One per data
 * directory.
 */
public final class FarmBuildEngine implements BuildEngine {
  private final Workshop workshop;
  private final ImagePusher pusher;
  private final ImagePublisher publisher;
  private final ExecutorService storing = Executors.newVirtualThreadPerTaskExecutor();
  private final Set<Thread> running = new HashSet<>();
  private boolean closed;

  /**
   * Opens the data directory, and cleans up what a killed predecessor left there.
   *
   * @throws IOException when the directory cannot be used
   */
  public FarmBuildEngine(EngineSettings settings) throws IOException {
    Path scratch = settings.data().resolve("scratch");
    Files.createDirectories(scratch);
    SecretFiles.recover(scratch);
    try (DirectoryStream<Path> leftovers = Files.newDirectoryStream(scratch)) {
      for (Path leftover : leftovers) {
        Files.delete(leftover);
      }
    }
    LayerBlobs blobs = new LayerBlobs(settings.blobs(), settings.registry());
    LayerIndexes indexes =
        new LayerIndexes(
            new LocalLayerIndexes(
                settings.indexes(), Files.createDirectories(settings.data().resolve("indexes"))),
            blobs,
            storing);
    LayerStore layers =
        new LayerStore(
            settings.data().resolve("layers"), blobs, settings.layers(), indexes, settings.clock());
    layers.recover();
    indexes.learnThrough(layers);
    CacheMounts cacheMounts =
        new CacheMounts(
            settings.data().resolve("cache-mounts"),
            settings.mounts(),
            settings.producer(),
            settings.clock());
    layers.alsoEvict(cacheMounts);
    this.workshop =
        new Workshop(
            settings,
            layers,
            blobs,
            indexes,
            new StepStorage(settings, blobs, layers, scratch, storing),
            cacheMounts,
            new Semaphore(settings.parallelism(), true),
            new SharedExecutions(),
            scratch);
    this.pusher = new ImagePusher(settings.registry());
    this.publisher = new ImagePublisher(settings.registry());
  }

  @Override
  public BuildResult build(BuildRequest request, BuildObserver observer)
      throws BuildFailure, InterruptedException {
    enter();
    try {
      return new Build(workshop, pusher, request, new Progress(observer)).run();
    } finally {
      leave();
    }
  }

  @Override
  public Descriptor publish(PublishRequest request) throws BuildFailure, InterruptedException {
    enter();
    try {
      return publisher.publish(request.manifests(), request.tags(), request.credentials());
    } catch (RegistryException e) {
      throw e.toBuildFailure();
    } finally {
      leave();
    }
  }

  /** Compressed bytes of layers fetched to this worker's disk since the engine was opened. */
  public long bytesFetched() {
    return workshop.layers().bytesFetched();
  }

  /** The cache mounts on this worker's disk. */
  public CacheMounts cacheMounts() {
    return workshop.cacheMounts();
  }

  /** How full this worker's disk is, with what, and what had to go. */
  public DiskFigures disk() throws IOException {
    return workshop.layers().disk();
  }

  /**
   * Waits until the farm has the layer images that this worker is to make, which happens on its own
   * when nothing else is to be done: true when it did, false when the time is over.
   */
  public boolean awaitLayerImages(Duration atMost) throws InterruptedException {
    return workshop.layers().awaitImages(atMost);
  }

  private synchronized void enter() {
    if (closed) {
      throw new IllegalStateException("the engine is closed");
    }
    running.add(Thread.currentThread());
  }

  private synchronized void leave() {
    running.remove(Thread.currentThread());
    notifyAll();
  }

  @Override
  public void close() {
    boolean interrupted = false;
    synchronized (this) {
      closed = true;
      running.forEach(Thread::interrupt);
      while (!running.isEmpty()) {
        try {
          wait();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    workshop.cacheMounts().close();
    workshop.layers().close();
    workshop.storage().close();
    storing.close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
