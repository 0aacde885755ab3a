package dev.brickyard.contracts;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a build differs from the usual, beyond what every build says. It travels unchanged from the
 * request to the worker; none of it is secret. What is missing in JSON is as usual.
 *
 * @param noCacheStages stages, by name or number, every step of which is run whatever the cache has
 * @param run how RUN runs
 * @param secrets whether secrets or SSH keys came with the build; they travel another way
 * @param remoteContext address of the build context, which the worker fetches: a Git repository, or
 *     an archive or Dockerfile over HTTP; null when it was sent
 * @param dockerfileBeside true when the Dockerfile was sent along with the context without being
 *     part of it
 * @param namedContexts by name: {@code docker-image://…}, the address of a Git repository or file,
 *     or {@code local:…} for a directory of what was sent
 * @param outputs where the result goes; to the registry, under the build's tags, when empty
 * @param provenance what is to be said about how the image was built; nothing when null
 */
public record BuildOptions(
    List<String> noCacheStages,
    RunSettings run,
    boolean secrets,
    @Nullable String remoteContext,
    boolean dockerfileBeside,
    Map<String, String> namedContexts,
    List<BuildOutput> outputs,
    @Nullable ProvenanceRequest provenance) {
  /** Nothing differs. */
  public static final BuildOptions NONE =
      new BuildOptions(List.of(), RunSettings.USUAL, false, null, false, Map.of(), List.of(), null);

  public BuildOptions {
    noCacheStages = copy(noCacheStages);
    run = run == null ? RunSettings.USUAL : run;
    namedContexts = copy(namedContexts);
    outputs = copy(outputs);
  }

  /** The same, of a build that came with secrets. */
  public BuildOptions withSecrets() {
    return new BuildOptions(
        noCacheStages,
        run,
        true,
        remoteContext,
        dockerfileBeside,
        namedContexts,
        outputs,
        provenance);
  }

  /** With the Dockerfile beside the context. */
  public BuildOptions withDockerfileBeside() {
    return new BuildOptions(
        noCacheStages, run, secrets, remoteContext, true, namedContexts, outputs, provenance);
  }

  /** An older api or scheduler does not know the field. */
  private static <T> List<T> copy(@Nullable List<T> list) {
    return list == null ? List.of() : List.copyOf(list);
  }

  private static <K, V> Map<K, V> copy(@Nullable Map<K, V> map) {
    return map == null ? Map.of() : Map.copyOf(map);
  }
}
