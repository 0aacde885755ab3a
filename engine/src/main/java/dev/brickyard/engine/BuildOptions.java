package dev.brickyard.engine;

import java.util.Map;
import java.util.Set;

/**
 * How a build differs from the usual. Begin with {@link #NONE} and change what differs.
 *
 * @param noCacheStages stages, by name or number, every step of which is run whatever the cache has
 * @param contexts what stands for a name in FROM, COPY and RUN instead of a stage or image
 */
public record BuildOptions(Set<String> noCacheStages, Map<String, NamedContext> contexts) {
  /** Nothing differs. */
  public static final BuildOptions NONE = new BuildOptions(Set.of(), Map.of());

  public BuildOptions {
    noCacheStages = Set.copyOf(noCacheStages);
    contexts = Map.copyOf(contexts);
  }

  /** With these stages not taken from the cache. */
  public BuildOptions withNoCacheStages(Set<String> stages) {
    return new BuildOptions(stages, contexts);
  }

  /** With these named contexts. */
  public BuildOptions withContexts(Map<String, NamedContext> contexts) {
    return new BuildOptions(noCacheStages, contexts);
  }
}
