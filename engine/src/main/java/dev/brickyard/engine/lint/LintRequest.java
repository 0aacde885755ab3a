package dev.brickyard.engine.lint;

import dev.brickyard.engine.context.DockerIgnore;
import dev.brickyard.engine.dockerfile.Dockerfile;
import dev.brickyard.engine.image.Platform;
import java.util.Map;
import java.util.Optional;

/**
 * What is checked, and how it would be built.
 *
 * @param buildArgs given by the user; {@value LintOptions#ARGUMENT} replaces the file's directive
 * @param target the stage to be built; the last one when empty
 * @param everyStage true to look into stages too that the last one does not need, when there is no
 *     target
 * @param platform what the image is for
 * @param buildPlatform what the build runs on
 * @param ignore the rules of the {@code .dockerignore}; empty when there is no such file
 */
public record LintRequest(
    Dockerfile dockerfile,
    Map<String, String> buildArgs,
    Optional<String> target,
    boolean everyStage,
    Platform platform,
    Platform buildPlatform,
    Optional<DockerIgnore> ignore,
    KnownBases bases) {
  public LintRequest {
    buildArgs = Map.copyOf(buildArgs);
  }
}
