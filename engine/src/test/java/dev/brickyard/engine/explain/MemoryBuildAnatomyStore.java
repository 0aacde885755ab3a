package dev.brickyard.engine.explain;

import dev.brickyard.engine.cache.CacheScope;
import dev.brickyard.engine.image.Digest;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Anatomies in memory, for tests; counts how often it was asked. */
public final class MemoryBuildAnatomyStore implements BuildAnatomyStore {
  private record Place(CacheScope scope, Digest id) {}

  private final Map<Place, BuildAnatomy> anatomies = new ConcurrentHashMap<>();
  private final AtomicInteger lookups = new AtomicInteger();
  private int stored;

  @Override
  public Optional<BuildAnatomy> find(CacheScope scope, Digest id) {
    lookups.incrementAndGet();
    return Optional.ofNullable(anatomies.get(new Place(scope, id)));
  }

  @Override
  public synchronized void put(CacheScope scope, Digest id, BuildAnatomy anatomy) {
    anatomies.put(new Place(scope, id), anatomy);
    stored++;
    notifyAll();
  }

  /** How often {@link #find} was called. */
  public int lookups() {
    return lookups.get();
  }

  /** Waits until so many anatomies were stored. */
  public synchronized void await(int number) throws InterruptedException {
    long deadline = System.nanoTime() + 30_000_000_000L;
    while (stored < number) {
      long left = (deadline - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        throw new AssertionError(stored + " anatomies were stored in 30 seconds, not " + number);
      }
      wait(left);
    }
  }
}
