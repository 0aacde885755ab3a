package dev.brickyard.engine.solve;

import dev.brickyard.engine.cache.CacheScope;
import dev.brickyard.engine.cache.StepRecord;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.layer.Compression;
import dev.brickyard.engine.layer.LayerPacker;
import dev.brickyard.engine.layer.NewLayer;
import dev.brickyard.engine.linux.Niceness;
import dev.brickyard.engine.snapshot.LayerStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts finished steps into the farm's stores while the build goes on: the layer's blob and its
 * index, and only then the records that name them.
 */
final class StepStorage implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StepStorage.class);

  /** Requests for layers, indexes and records at once; more would only queue in the store. */
  private static final int PARALLEL_PUTS = 32;

  /** One packs while the other waits for the disk; the deflating has threads of its own. */
  private static final int PARALLEL_PACKS = 2;

  /**
   * From here on, the tar's size, packing takes so long that sending had better begin meanwhile.
   */
  private static final long STREAMED_BYTES = 64 << 20;

  private final EngineSettings settings;
  private final LayerBlobs blobs;
  private final LayerStore disk;
  private final LayerPacker packer;
  private final ExecutorService threads;
  private final ExecutorService packers =
      Executors.newFixedThreadPool(
          PARALLEL_PACKS, Niceness.whileStepsRun(Thread.ofPlatform().daemon().name("pack-", 0)));
  private final Set<CompletableFuture<Packed>> underway = ConcurrentHashMap.newKeySet();
  private final Semaphore puts = new Semaphore(PARALLEL_PUTS);

  /**
   * @param disk makes room for packed layers
   * @param scratch where packed layers are kept until they are stored and pushed
   * @param threads of the engine: what was started outlives the build that started it
   */
  StepStorage(
      EngineSettings settings,
      LayerBlobs blobs,
      LayerStore disk,
      Path scratch,
      ExecutorService threads) {
    this.settings = settings;
    this.blobs = blobs;
    this.disk = disk;
    this.packer = new LayerPacker(scratch, Compression.GZIP);
    this.threads = threads;
  }

  /**
   * What a record says besides the layer.
   *
   * @param keys each gets a record
   */
  record Facts(
      CacheScope scope,
      List<Digest> keys,
      String description,
      Instant createdAt,
      long durationMillis) {}

  /**
   * Packs and stores a layer made here; what could not be done fails the futures. The file is kept
   * for pushing until it is {@linkplain #dropWhenStored dropped}.
   */
  @SuppressWarnings("UndefinedEquals") // The very same future is meant.
  MadeLayer store(NewLayer made, Facts facts) {
    blobs.made(made);
    CompletableFuture<Packed> packing =
        packer.isDue(made)
            ? CompletableFuture.supplyAsync(
                () -> unchecked(() -> disk.withRoom("a packed layer", () -> pack(made))), packers)
            : CompletableFuture.completedFuture(new Packed(made, new TentativeUpload()));
    underway.add(packing);
    var _ = packing.whenComplete((done, failure) -> underway.remove(packing));
    CompletableFuture<NewLayer> packed = packing.thenApply(Packed::layer);
    CompletableFuture<Void> index =
        inBackground(puts, () -> settings.indexes().put(made.layer().diffId(), made.index()));
    CompletableFuture<Void> blob =
        packing.thenCompose(layer -> inBackground(puts, () -> store(layer)));
    CompletableFuture<Void> stored =
        CompletableFuture.allOf(index, blob)
            .thenCompose(_ -> remember(packing.join().layer(), facts));
    return new MadeLayer(made, packed, stored);
  }

  /**
   * A packed layer.
   *
   * @param sent has it already, perhaps
   */
  private record Packed(NewLayer layer, TentativeUpload sent) {}

  private Packed pack(NewLayer plain) throws IOException, InterruptedException {
    boolean streams = plain.layer().blob().size() >= STREAMED_BYTES;
    TentativeUpload sent = streams ? new TentativeUpload(settings.blobs()) : new TentativeUpload();
    boolean done = false;
    try {
      NewLayer packed = packer.pack(plain, sent);
      blobs.packed(plain, packed);
      done = true;
      return new Packed(packed, sent);
    } finally {
      if (!done) {
        sent.close();
      }
    }
  }

  private void store(Packed packed) throws IOException {
    NewLayer layer = packed.layer();
    Digest digest = layer.layer().blob().digest();
    if (!packed.sent().complete(digest)) {
      settings.blobs().put(digest, layer.blobFile());
    }
  }

  private CompletableFuture<Void> remember(NewLayer made, Facts facts) {
    return CompletableFuture.allOf(
        facts.keys().stream()
            .map(
                key ->
                    inBackground(
                        puts,
                        () ->
                            settings
                                .records()
                                .put(
                                    facts.scope(),
                                    new StepRecord(
                                        key,
                                        made.layer(),
                                        facts.description(),
                                        settings.producer(),
                                        facts.createdAt(),
                                        facts.durationMillis()))))
            .toArray(CompletableFuture<?>[]::new));
  }

  /** Something that asks the store. */
  @FunctionalInterface
  private interface Work<T> {
    T run() throws IOException, InterruptedException;
  }

  /** Something that asks the store for nothing. */
  @FunctionalInterface
  private interface Put {
    void run() throws IOException;
  }

  private CompletableFuture<Void> inBackground(Semaphore places, Put put) {
    return CompletableFuture.runAsync(
        () ->
            unchecked(
                () -> {
                  places.acquire();
                  try {
                    put.run();
                  } finally {
                    places.release();
                  }
                  return places;
                }),
        threads);
  }

  private static <T> T unchecked(Work<T> work) {
    try {
      return work.run();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new CancellationException("the engine was closed");
    }
  }

  /** Removes the files of a layer made here, once it is stored or could not be. */
  void dropWhenStored(MadeLayer layer) {
    var _ =
        layer
            .stored()
            .whenComplete(
                (done, failure) -> {
                  try {
                    blobs.drop(layer.made());
                    if (layer.packed().state() == Future.State.SUCCESS) {
                      blobs.drop(layer.packed().resultNow());
                    }
                  } catch (IOException e) {
                    LOG.warn(
                        "the file of layer {} could not be removed",
                        layer.made().layer().diffId(),
                        e);
                  }
                });
  }

  /** Does something useful that nobody waits for; its failure is only noted. */
  void inBackground(Callable<?> work) {
    threads.execute(
        () -> {
          try {
            work.call();
          } catch (Exception e) {
            LOG.debug("work ahead of its need failed", e);
          }
        });
  }

  /** Stores what was found under one key under another too. */
  CompletableFuture<Void> alias(CacheScope scope, StepRecord found, Digest key) {
    return inBackground(
        puts,
        () ->
            settings
                .records()
                .put(
                    scope,
                    new StepRecord(
                        key,
                        found.layer(),
                        found.description(),
                        found.producer(),
                        found.createdAt(),
                        found.durationMillis())));
  }

  /** Gives up packing; what is not packed yet fails, and leaves no file. */
  @Override
  public void close() {
    packers.shutdownNow();
    // Interrupted as they are, they end within moments; close waits for them.
    packers.close();
    for (CompletableFuture<Packed> queued : underway) {
      queued.completeExceptionally(new CancellationException("the engine was closed"));
    }
  }
}
