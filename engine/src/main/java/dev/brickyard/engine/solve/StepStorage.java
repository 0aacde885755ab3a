package dev.brickyard.engine.solve;

import dev.brickyard.engine.cache.CacheScope;
import dev.brickyard.engine.cache.StepRecord;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.layer.NewLayer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts finished steps into the farm's stores while the build goes on: the layer's blob, its index,
 * and only then the records that name them.
 */
final class StepStorage {
  private static final Logger LOG = LoggerFactory.getLogger(StepStorage.class);

  private final EngineSettings settings;
  private final ExecutorService threads;

  /**
   * @param threads of the engine: what was started outlives the build that started it
   */
  StepStorage(EngineSettings settings, ExecutorService threads) {
    this.settings = settings;
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

  /** Stores a layer made here; the future fails when that could not be done. */
  CompletableFuture<Void> store(NewLayer made, Facts facts) {
    return CompletableFuture.runAsync(
        () -> {
          try {
            settings.blobs().put(made.layer().blob().digest(), made.blobFile());
            settings.indexes().put(made.layer().diffId(), made.index());
            for (Digest key : facts.keys()) {
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
                          facts.durationMillis()));
            }
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        },
        threads);
  }

  /**
   * Removes the file of a layer made here, once it is stored or could not be.
   *
   * @param blobs told that the file is gone
   */
  void dropWhenStored(NewLayer made, CompletableFuture<Void> stored, LayerBlobs blobs) {
    var _ =
        stored.whenComplete(
            (done, failure) -> {
              try {
                blobs.drop(made);
              } catch (IOException e) {
                LOG.warn("the file of layer {} could not be removed", made.layer().diffId(), e);
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
    return CompletableFuture.runAsync(
        () -> {
          try {
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
                        found.durationMillis()));
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        },
        threads);
  }
}
