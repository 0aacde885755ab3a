package dev.brickyard.engine.cachemount;

import dev.brickyard.engine.cache.CacheScope;
import dev.brickyard.engine.image.Digest;

/**
 * A cache mount of a scope.
 *
 * @param mount the digest of its id
 */
public record MountKey(CacheScope scope, Digest mount) {
  /** The mount with this id, as it stands in the Dockerfile after expansion. */
  public static MountKey of(CacheScope scope, String id) {
    return new MountKey(scope, Digest.of(id));
  }

  @Override
  public String toString() {
    return scope.name() + "/" + mount.abbreviated();
  }
}
