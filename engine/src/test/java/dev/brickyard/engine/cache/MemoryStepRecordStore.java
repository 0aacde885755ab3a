package dev.brickyard.engine.cache;

import dev.brickyard.engine.image.Digest;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A record store for tests: in memory, it counts how often it was asked. */
public final class MemoryStepRecordStore implements StepRecordStore {
  private record Place(CacheScope scope, Digest key) {}

  private final Map<Place, Optional<StepRecord>> records = new ConcurrentHashMap<>();
  private final AtomicInteger lookups = new AtomicInteger();

  @Override
  public Map<Digest, StepRecord> findAll(CacheScope scope, Collection<Digest> keys) {
    lookups.incrementAndGet();
    Map<Digest, StepRecord> found = new HashMap<>();
    for (Digest key : keys) {
      records
          .getOrDefault(new Place(scope, key), Optional.empty())
          .ifPresent(record -> found.put(key, record));
    }
    return found;
  }

  @Override
  public void put(CacheScope scope, StepRecord record) {
    records.put(new Place(scope, record.key()), Optional.of(record));
  }

  /** The record cannot be read any more. */
  public void damage(CacheScope scope, Digest key) {
    records.replace(new Place(scope, key), Optional.empty());
  }

  /** How often {@link #findAll} was called. */
  public int lookups() {
    return lookups.get();
  }

  /** Every readable record. */
  public Collection<StepRecord> all() {
    return records.values().stream().flatMap(Optional::stream).toList();
  }
}
