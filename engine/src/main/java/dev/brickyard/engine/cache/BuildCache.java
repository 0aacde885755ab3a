package dev.brickyard.engine.cache;

/**
 * How one build uses the farm's cache.
 *
 * @param scope where its records are looked for and written
 */
public record BuildCache(CacheScope scope) {
  /** The plain case: one scope, with everything else as a farm without settings has it. */
  public static BuildCache of(CacheScope scope) {
    return new BuildCache(scope);
  }
}
