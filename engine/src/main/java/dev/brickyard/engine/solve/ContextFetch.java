package dev.brickyard.engine.solve;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.FetchedContext;
import dev.brickyard.engine.cache.BuildCache;
import dev.brickyard.engine.cache.KeyBuilder;
import dev.brickyard.engine.cache.StepRecord;
import dev.brickyard.engine.context.ContextArchive;
import dev.brickyard.engine.context.ContextException;
import dev.brickyard.engine.context.ContextLimits;
import dev.brickyard.engine.context.ReceivedContext;
import dev.brickyard.engine.context.TarContext;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.layer.ImagePath;
import dev.brickyard.engine.layer.Layer;
import dev.brickyard.engine.layer.LayerEntry;
import dev.brickyard.engine.snapshot.DiskFullException;
import dev.brickyard.engine.source.RemoteSource;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Fetches the build context of one build from elsewhere, as one layer. */
final class ContextFetch {
  private final Workshop workshop;
  private final BuildCache cache;
  private final RemoteSource source;

  ContextFetch(Workshop workshop, BuildCache cache, RemoteSource source) {
    this.workshop = workshop;
    this.cache = cache;
    this.source = source;
  }

  /** A layer, whether it is one Dockerfile, and the keys it was found or kept under. */
  private record Found(Layer layer, Optional<String> dockerfile, Map<Digest, Layer> used) {}

  FetchedContext fetch() throws BuildFailure, InterruptedException {
    try {
      Found found = findInterruptibly();
      LayerContext files =
          new LayerContext(
              workshop, found.layer(), workshop.indexes().of(found.layer()), this::renew);
      UsedCache used = new UsedCache();
      used.fetched(found.used());
      return new FetchedContext(files, found.dockerfile(), used.summary());
    } catch (BuildFailure | InterruptedException e) {
      throw e;
    } catch (RuntimeException e) {
      throw BuildFailure.farm("internal-error", "the engine has a defect: " + e, e);
    } catch (DiskFullException e) {
      throw BuildFailure.limit("disk-full", String.valueOf(e.getMessage()));
    } catch (InterruptedIOException | java.nio.channels.ClosedByInterruptException e) {
      InterruptedException interrupted = new InterruptedException();
      interrupted.initCause(e);
      throw interrupted;
    } catch (Exception e) {
      throw BuildFailure.farm("worker-failed", "the worker failed: " + e.getMessage(), e);
    }
  }

  /** On a virtual thread, where an interrupt ends what waits for a server. */
  private Found findInterruptibly() throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Found> finding = threads.submit(() -> find(Optional.empty()));
      try {
        return finding.get();
      } catch (InterruptedException e) {
        finding.cancel(true);
        throw e;
      } catch (ExecutionException e) {
        throw e.getCause() instanceof Exception cause ? cause : e;
      }
    }
  }

  private Layer renew(Digest lost) throws IOException, InterruptedException {
    try {
      return find(Optional.of(lost)).layer();
    } catch (IOException | InterruptedException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException("the context cannot be fetched again: " + e.getMessage(), e);
    }
  }

  /** Looks for it once more when a layer that the farm should have is lost. */
  private Found find(Optional<Digest> lost) throws Exception {
    try {
      return findOnce(lost);
    } catch (IOException e) {
      Optional<LostLayerException> missing = LostLayerException.in(e);
      if (missing.isEmpty() || lost.isPresent()) {
        throw e;
      }
      return findOnce(Optional.of(missing.get().blob()));
    }
  }

  private Found findOnce(Optional<Digest> lost) throws Exception {
    Collection<MadeLayer> made = new ConcurrentLinkedQueue<>();
    try (Fetches fetches = new Fetches(workshop, cache, made)) {
      if (lost.isPresent()) {
        fetches.lost(lost.get());
      }
      Fetch fetch = fetches.find(source);
      return switch (source) {
        case RemoteSource.Git git ->
            new Found(fetch.layers().getFirst(), Optional.empty(), fetches.used());
        case RemoteSource.Http http -> unpacked(http, fetch, fetches.kept());
      };
    } finally {
      made.forEach(workshop.storage()::dropWhenStored);
    }
  }

  private Found unpacked(RemoteSource.Http http, Fetch fetch, SourceLayers layers)
      throws Exception {
    Digest key = new KeyBuilder("context-archive").add(fetch.key()).build();
    Optional<StepRecord> known = layers.find(key);
    if (known.isPresent()) {
      return new Found(known.get().layer(), Optional.empty(), layers.used());
    }
    Layer file = fetch.layers().getFirst();
    ImagePath name = new ImagePath(http.fileName());
    Instant began = workshop.settings().clock().instant();
    Path tar = Files.createTempFile(workshop.sources(), "context", "");
    try (InputStream in = workshop.layers().open(file, name);
        OutputStream out = Files.newOutputStream(tar)) {
      ReceivedContext received = ContextArchive.receive(in, out, ContextLimits.DEFAULT, Set.of());
      TarContext context = TarContext.ofFile(tar, received.index());
      List<LayerEntry> entries =
          received.index().entries().stream().map(entry -> entry.ownedBy(0, 0)).toList();
      Layer layer =
          layers.keep(
              entries,
              entry -> () -> context.open(entry),
              List.of(key),
              http.shown() + ", unpacked",
              began);
      return new Found(layer, Optional.empty(), layers.used());
    } catch (ContextException e) {
      if (e.code().equals("context-not-an-archive")) {
        return new Found(file, Optional.of(name.value()), layers.used());
      }
      String sentence = http.shown() + ": " + e.sentence();
      throw e.isLimit()
          ? BuildFailure.limit(e.code(), sentence)
          : BuildFailure.user(e.code(), sentence);
    } finally {
      Files.deleteIfExists(tar);
    }
  }
}
