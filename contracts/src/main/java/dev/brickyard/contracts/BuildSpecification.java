package dev.brickyard.contracts;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One platform of a build, as handed to the worker that claimed it.
 *
 * @param contextId names the stored context: {@code contexts/<contextId>/…} in the object store
 * @param project whose cache is used
 * @param cacheScope a branch or fork of the project with a cache of its own that reads the
 *     project's; null for the project's itself
 * @param dockerfile path of the Dockerfile in the context
 * @param platform {@code os/arch[/variant]}
 * @param tags full references; their repositories are pushed to by digest
 * @param target stage to build; the last one when null
 * @param options what differs from the usual
 * @param cacheMounts what becomes of cache mounts; the worker's own defaults where null
 * @param secrets what RUN may mount
 */
public record BuildSpecification(
    UUID contextId,
    String project,
    @Nullable String cacheScope,
    String dockerfile,
    String platform,
    List<String> tags,
    @Nullable String target,
    Map<String, String> buildArgs,
    Map<String, String> labels,
    boolean noCache,
    BuildOptions options,
    List<RegistryCredential> credentials,
    ProjectSettings.@Nullable CacheMounts cacheMounts,
    GrantedSecrets secrets) {
  public BuildSpecification {
    tags = List.copyOf(tags);
    buildArgs = Map.copyOf(buildArgs);
    labels = Map.copyOf(labels);
    credentials = List.copyOf(credentials);
    // A scheduler of an older release does not know them.
    options = options == null ? BuildOptions.NONE : options;
    secrets = secrets == null ? GrantedSecrets.NONE : secrets;
  }
}
