package dev.brickyard.engine.cachemount;

import dev.brickyard.engine.cache.CacheScope;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.linux.Niceness;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Stores chunks, a few at a time, each once. */
final class ChunkUploads implements AutoCloseable {
  private static final int AT_ONCE = 4;

  private final CacheMountStore store;
  private final CacheScope scope;
  private final Set<Digest> there = new HashSet<>();
  private final Semaphore permits = new Semaphore(AT_ONCE);
  private final ExecutorService threads =
      Executors.newFixedThreadPool(
          AT_ONCE,
          Niceness.whileStepsRun(Thread.ofPlatform().daemon().name("cache-mount-chunk-", 0)));
  private final AtomicReference<@Nullable IOException> failure = new AtomicReference<>();
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicLong count = new AtomicLong();

  ChunkUploads(CacheMountStore store, CacheScope scope) {
    this.store = store;
    this.scope = scope;
  }

  /** These chunks need not be stored. */
  void known(Set<Digest> chunks) {
    there.addAll(chunks);
  }

  /** Begins to store a chunk, unless it is there. Waits while too many are under way. */
  void put(Chunk chunk, ChunkWriter.ChunkBytes source) throws IOException {
    check();
    if (!there.add(chunk.digest())) {
      return;
    }
    try {
      permits.acquire();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("saving a cache mount was interrupted");
    }
    byte[] plain = source.copy();
    threads.execute(
        () -> {
          try {
            store.putChunk(scope, chunk, plain);
            bytes.addAndGet(plain.length);
            count.incrementAndGet();
          } catch (IOException | RuntimeException e) {
            failure.compareAndSet(
                null, e instanceof IOException io ? io : new IOException("a chunk was lost", e));
          } finally {
            permits.release();
          }
        });
  }

  /** Returns when everything is durable. */
  void await() throws IOException {
    try {
      permits.acquire(AT_ONCE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("saving a cache mount was interrupted");
    }
    permits.release(AT_ONCE);
    check();
  }

  private void check() throws IOException {
    IOException failed = failure.get();
    if (failed != null) {
      throw new IOException("a chunk could not be stored", failed);
    }
  }

  /** Plain bytes of the chunks that had to be stored. */
  long bytes() {
    return bytes.get();
  }

  /** How many chunks had to be stored. */
  long count() {
    return count.get();
  }

  /** Stops what is under way. */
  @Override
  public void close() {
    threads.shutdownNow();
    threads.close();
  }
}
