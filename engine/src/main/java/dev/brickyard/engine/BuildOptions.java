package dev.brickyard.engine;

import dev.brickyard.engine.secret.BuildSecrets;
import java.util.Set;

/**
 * How a build differs from the usual. Begin with {@link #NONE} and change what differs.
 *
 * @param noCacheStages stages, by name or number, every step of which is run whatever the cache has
 * @param run how RUN runs; enters the keys of those steps
 * @param secrets what RUN may mount; enters no key
 * @param allowed what this worker's administrator allows RUN
 */
public record BuildOptions(
    Set<String> noCacheStages, RunSettings run, BuildSecrets secrets, Set<Entitlement> allowed) {
  /** Nothing differs. */
  public static final BuildOptions NONE =
      new BuildOptions(Set.of(), RunSettings.USUAL, BuildSecrets.NONE, Set.of());

  public BuildOptions {
    noCacheStages = Set.copyOf(noCacheStages);
    allowed = Set.copyOf(allowed);
  }

  /** With these stages not taken from the cache. */
  public BuildOptions withNoCacheStages(Set<String> stages) {
    return new BuildOptions(stages, run, secrets, allowed);
  }

  /** With RUN run so. */
  public BuildOptions withRun(RunSettings settings) {
    return new BuildOptions(noCacheStages, settings, secrets, allowed);
  }

  /** With these secrets. */
  public BuildOptions withSecrets(BuildSecrets known) {
    return new BuildOptions(noCacheStages, run, known, allowed);
  }

  /** Where these are allowed. */
  public BuildOptions withAllowed(Set<Entitlement> entitlements) {
    return new BuildOptions(noCacheStages, run, secrets, entitlements);
  }
}
