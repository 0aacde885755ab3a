package dev.brickyard.engine.explain;

import dev.brickyard.engine.cache.CacheScope;
import dev.brickyard.engine.image.Digest;
import java.io.IOException;
import java.util.Optional;

/**
 * Remembers the anatomy of the last build of each kind. Only for people: nothing that is built
 * depends on it. Safe for use by many threads and workers at once; the last writer wins.
 */
public interface BuildAnatomyStore {
  /**
   * The last anatomy; empty when there is none or it is unreadable.
   *
   * @param id what makes builds comparable: Dockerfile, target and platform
   * @throws IOException when the store could not be asked
   */
  Optional<BuildAnatomy> find(CacheScope scope, Digest id) throws IOException;

  /** Replaces the last anatomy. */
  void put(CacheScope scope, Digest id, BuildAnatomy anatomy) throws IOException;
}
