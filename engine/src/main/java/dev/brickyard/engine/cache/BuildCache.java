package dev.brickyard.engine.cache;

/**
 * How one build uses the farm's cache.
 *
 * @param scope where its records are looked for and written
 * @param leases keep it from doing what another build does at this moment
 * @param uses is told what was used
 * @param mounts what becomes of its cache mounts
 */
public record BuildCache(
    CacheScope scope, StepLeases leases, CacheUses uses, CacheMountPolicy mounts) {
  /** The plain case: one scope, with everything else as a farm without settings has it. */
  public static BuildCache of(CacheScope scope) {
    return new BuildCache(scope, StepLeases.always(), CacheUses.NONE, CacheMountPolicy.DEFAULT);
  }

  /** The same, sharing its work with others. */
  public BuildCache withLeases(StepLeases leases) {
    return new BuildCache(scope, leases, uses, mounts);
  }

  /** The same, telling somebody what was used. */
  public BuildCache telling(CacheUses uses) {
    return new BuildCache(scope, leases, uses, mounts);
  }

  /** The same, with a project's settings for cache mounts. */
  public BuildCache withMounts(CacheMountPolicy mounts) {
    return new BuildCache(scope, leases, uses, mounts);
  }
}
