package dev.brickyard.engine.solve;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;

/**
 * Lets work of one key happen once at a time: who comes while it is underway waits for its outcome.
 * When it does not succeed, each of those waiting tries for itself, so that nobody fails by another
 * build's cancel.
 */
final class InFlight<K, V> {
  /** The work; gets interrupted like the thread that brought it. */
  interface Work<V> {
    V run() throws Exception;
  }

  private final ConcurrentMap<K, CompletableFuture<V>> underway = new ConcurrentHashMap<>();

  V run(K key, Work<V> work) throws Exception {
    while (true) {
      CompletableFuture<V> mine = new CompletableFuture<>();
      CompletableFuture<V> other = underway.putIfAbsent(key, mine);
      if (other == null) {
        return lead(key, mine, work);
      }
      try {
        return other.get();
      } catch (ExecutionException e) {
        // The one who led has failed or was cancelled: the key is free again, or has a new leader.
      }
    }
  }

  private V lead(K key, CompletableFuture<V> mine, Work<V> work) throws Exception {
    V value;
    try {
      value = work.run();
    } catch (Throwable t) {
      underway.remove(key, mine);
      mine.completeExceptionally(t);
      throw t;
    }
    underway.remove(key, mine);
    mine.complete(value);
    return value;
  }
}
