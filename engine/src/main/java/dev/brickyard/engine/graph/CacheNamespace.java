package dev.brickyard.engine.graph;

import dev.brickyard.engine.dockerfile.RunMount;

/** Keeps the cache mounts of a build apart from those of builds that name another namespace. */
final class CacheNamespace {
  /** A build argument, in BuildKit as well. */
  static final String ARGUMENT = "BUILDKIT_CACHE_MOUNT_NS";

  private CacheNamespace() {}

  /**
   * The mount as it is called within a namespace.
   *
   * @param namespace empty for none
   */
  static RunMount apply(RunMount mount, String namespace) {
    if (namespace.isEmpty() || !(mount instanceof RunMount.Cache cache)) {
      return mount;
    }
    return new RunMount.Cache(
        cache.target(),
        namespace + "/" + cache.id(),
        cache.sharing(),
        cache.readOnly(),
        cache.from(),
        cache.source(),
        cache.mode(),
        cache.uid(),
        cache.gid());
  }
}
