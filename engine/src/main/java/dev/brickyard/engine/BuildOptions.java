package dev.brickyard.engine;

import java.util.Set;

/**
 * How a build differs from the usual. Begin with {@link #NONE} and change what differs.
 *
 * @param noCacheStages stages, by name or number, every step of which is run whatever the cache has
 */
public record BuildOptions(Set<String> noCacheStages) {
  /** Nothing differs. */
  public static final BuildOptions NONE = new BuildOptions(Set.of());

  public BuildOptions {
    noCacheStages = Set.copyOf(noCacheStages);
  }

  /** With these stages not taken from the cache. */
  public BuildOptions withNoCacheStages(Set<String> stages) {
    return new BuildOptions(stages);
  }
}
