package dev.brickyard.engine.cache;

import dev.brickyard.engine.image.Digest;

/**
 * What a lease is about. Two keys are the same lease exactly when all three components are equal.
 *
 * @param kind leases of one kind never meet those of another
 * @param scope where the thing lives; scopes never meet either
 * @param name of the thing: a content key, or the digest of whatever names it
 */
public record LeaseKey(Kind kind, CacheScope scope, Digest name) {
  /** What can be leased. */
  public enum Kind {
    /** The right to execute a step; its name is the step's content key. */
    STEP,
    /** A cache mount with {@code sharing=locked}; its name is a digest of the mount's id. */
    MOUNT
  }

  /** The right to execute the step of a content key. */
  public static LeaseKey step(CacheScope scope, Digest contentKey) {
    return new LeaseKey(Kind.STEP, scope, contentKey);
  }

  /** A cache mount, for one process of the farm at a time. */
  public static LeaseKey mount(CacheScope scope, Digest mount) {
    return new LeaseKey(Kind.MOUNT, scope, mount);
  }

  /** One line that is unique to the key, such as {@code step/shop/sha256:1f…}. */
  public String text() {
    return switch (kind) {
          case STEP -> "step/";
          case MOUNT -> "mount/";
        }
        + scope.name()
        + "/"
        + name;
  }
}
