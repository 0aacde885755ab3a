package dev.brickyard.engine.cache;

import dev.brickyard.engine.image.Digest;
import java.io.IOException;
import java.util.Collection;
import java.util.Map;

/** The shared memory of finished steps. Safe for use by many threads and workers at once. */
public interface StepRecordStore {
  /**
   * Looks up many keys at once, in parallel where that helps. Keys without a readable record are
   * absent from the answer: a record that cannot be parsed is a miss.
   *
   * @throws IOException when the store could not be asked
   */
  Map<Digest, StepRecord> findAll(CacheScope scope, Collection<Digest> keys) throws IOException;

  /** Stores a record under its key, replacing an older one. Durable on return. */
  void put(CacheScope scope, StepRecord record) throws IOException;
}
