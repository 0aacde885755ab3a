package dev.brickyard.contracts;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a build differs from the usual, beyond what every build says. It travels unchanged from the
 * request to the worker; none of it is secret. What is missing in JSON is as usual.
 *
 * @param noCacheStages stages, by name or number, every step of which is run whatever the cache has
 * @param run how RUN runs
 * @param secrets whether secrets or SSH keys came with the build; they travel another way
 */
public record BuildOptions(List<String> noCacheStages, RunSettings run, boolean secrets) {
  /** Nothing differs. */
  public static final BuildOptions NONE = new BuildOptions(List.of(), RunSettings.USUAL, false);

  public BuildOptions {
    noCacheStages = copy(noCacheStages);
    run = run == null ? RunSettings.USUAL : run;
  }

  /** The same, of a build that came with secrets. */
  public BuildOptions withSecrets() {
    return new BuildOptions(noCacheStages, run, true);
  }

  /** An older api or scheduler does not know the field. */
  private static <T> List<T> copy(@Nullable List<T> list) {
    return list == null ? List.of() : List.copyOf(list);
  }
}
