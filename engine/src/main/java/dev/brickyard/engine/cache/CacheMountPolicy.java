package dev.brickyard.engine.cache;

/**
 * What becomes of the cache mounts of a project.
 *
 * @param saved false to keep them on each worker alone, as a builder without a farm does
 * @param maxBytes of the files of one mount; over it, what was not used for longest is dropped
 */
public record CacheMountPolicy(boolean saved, long maxBytes) {
  /** Saved, up to 10 GiB for each mount. */
  public static final CacheMountPolicy DEFAULT = new CacheMountPolicy(true, 10L << 30);

  public CacheMountPolicy {
    if (maxBytes < 0) {
      throw new IllegalArgumentException("a cache mount cannot be capped at " + maxBytes);
    }
  }
}
