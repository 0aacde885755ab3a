package dev.brickyard.engine.cache;

/** Is told what a build used, once, when the build ends, however it ends. Must not throw. */
@FunctionalInterface
public interface CacheUses {
  /** Forgets it. */
  CacheUses NONE = use -> {};

  /** The build ends; called on its thread, which should not be held up. */
  void used(CacheUse use);
}
