package dev.brickyard.engine.cache;

import dev.brickyard.engine.image.Digest;
import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The shared memory of finished steps. Safe for use by many threads and workers at once. */
public interface StepRecordStore {
  /**
   * A record, and where it was.
   *
   * @param scope whose record it is
   */
  record Found(StepRecord stepRecord, CacheScope scope) {}

  /**
   * Looks up many keys in several scopes at once, in parallel where that helps. Keys without a
   * readable record are absent from the answer: a record that cannot be parsed is a miss.
   *
   * @param scopes a record of an earlier one is preferred
   * @throws IOException when the store could not be asked
   */
  Map<Digest, Found> findAll(List<CacheScope> scopes, Collection<Digest> keys) throws IOException;

  /**
   * Looks up many keys in one scope alone.
   *
   * @throws IOException when the store could not be asked
   */
  default Map<Digest, StepRecord> findAll(CacheScope scope, Collection<Digest> keys)
      throws IOException {
    Map<Digest, StepRecord> records = new HashMap<>();
    findAll(List.of(scope), keys).forEach((key, found) -> records.put(key, found.stepRecord()));
    return records;
  }

  /** Stores a record under its key, replacing an older one. Durable on return. */
  void put(CacheScope scope, StepRecord stepRecord) throws IOException;
}
