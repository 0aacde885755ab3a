package dev.brickyard.engine.cachemount;

import dev.brickyard.engine.cache.CacheScope;
import java.io.IOException;
import java.util.OptionalLong;

/**
 * Which generation of which scope: a build in a branch's scope starts from what its project has.
 *
 * @param number 0 for none
 */
record MountVersion(CacheScope scope, long number) {
  /** The one a worker starts from, and a save builds on. */
  static MountVersion latest(CacheMountStore store, MountKey key) throws IOException {
    for (CacheScope scope : key.scope().readable()) {
      OptionalLong number = store.latest(new MountKey(scope, key.mount()));
      if (number.isPresent()) {
        return new MountVersion(scope, number.getAsLong());
      }
    }
    return none(key);
  }

  static MountVersion none(MountKey key) {
    return new MountVersion(key.scope(), 0);
  }

  boolean exists() {
    return number > 0;
  }

  /** The number of the key's own scope that a save builds on. */
  long own(MountKey key) {
    return scope.equals(key.scope()) ? number : 0;
  }
}
