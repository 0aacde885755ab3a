package dev.brickyard.engine.cache;

import dev.brickyard.engine.image.Digest;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A record store for tests: in memory, it counts how often it was asked. */
public final class MemoryStepRecordStore implements StepRecordStore {
  private record Place(CacheScope scope, Digest key) {}

  private final Map<Place, Optional<StepRecord>> records = new ConcurrentHashMap<>();
  private final AtomicInteger lookups = new AtomicInteger();

  @Override
  public Map<Digest, Found> findAll(List<CacheScope> scopes, Collection<Digest> keys) {
    lookups.incrementAndGet();
    Map<Digest, Found> found = new HashMap<>();
    for (CacheScope scope : scopes) {
      for (Digest key : keys) {
        records
            .getOrDefault(new Place(scope, key), Optional.empty())
            .ifPresent(record -> found.putIfAbsent(key, new Found(record, scope)));
      }
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

  /** The record is gone, as after a collection. */
  public void remove(CacheScope scope, Digest key) {
    records.remove(new Place(scope, key));
  }

  /** The keys of a scope's readable records. */
  public Set<Digest> keys(CacheScope scope) {
    Set<Digest> keys = new HashSet<>();
    records.forEach(
        (place, stored) -> {
          if (place.scope().equals(scope) && stored.isPresent()) {
            keys.add(place.key());
          }
        });
    return keys;
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
