package dev.brickyard.api.submission;

import dev.brickyard.contracts.BuildOptions;
import dev.brickyard.engine.image.ImageReference;
import dev.brickyard.engine.image.Platform;
import dev.brickyard.engine.layer.ImagePath;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How a context is to be built, understood and checked.
 *
 * @param tags at least one for a build; no two alike, none with a digest
 * @param platforms at least one, no two alike
 * @param dockerfile where it is in the context
 * @param target stage to build; the last one when empty
 * @param project names the part of the cache the build uses
 * @param cacheScope a branch or fork with a part of its own, which reads the project's
 * @param more what differs from the usual
 */
public record SubmissionOptions(
    List<ImageReference> tags,
    List<Platform> platforms,
    ImagePath dockerfile,
    Optional<String> target,
    Map<String, String> buildArgs,
    Map<String, String> labels,
    boolean noCache,
    String project,
    Optional<String> cacheScope,
    BuildOptions more) {
  /** The same, with the Dockerfile beside the context rather than in it. */
  SubmissionOptions withDockerfileBeside() {
    return new SubmissionOptions(
        tags,
        platforms,
        dockerfile,
        target,
        buildArgs,
        labels,
        noCache,
        project,
        cacheScope,
        more.withDockerfileBeside());
  }

  public SubmissionOptions {
    tags = List.copyOf(tags);
    platforms = List.copyOf(platforms);
    buildArgs = Map.copyOf(buildArgs);
    labels = Map.copyOf(labels);
  }
}
