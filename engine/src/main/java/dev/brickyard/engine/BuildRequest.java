package dev.brickyard.engine;

import dev.brickyard.engine.cache.BuildCache;
import dev.brickyard.engine.context.BuildContext;
import dev.brickyard.engine.image.ImageReference;
import dev.brickyard.engine.image.Platform;
import dev.brickyard.engine.registry.RegistryCredentials;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One platform of one build.
 *
 * @param dockerfileName as the user named it, for messages and {@code <name>.dockerignore}
 * @param dockerfile its text
 * @param platform what the image is for
 * @param buildArgs given by the user; enter the key of a step only where it uses them
 * @param labels added to the image's labels, over the Dockerfile's
 * @param target stage to build, by name or number; the last one when empty
 * @param noCache true to run every step; results are stored all the same
 * @param cache what it may read and write of the cache
 * @param pushTo repositories the image is pushed to by digest; tags are ignored here
 * @param sourceDateEpoch clamps every time stamp of the image, for reproducible digests
 * @param options what differs from the usual
 */
public record BuildRequest(
    String dockerfileName,
    String dockerfile,
    BuildContext context,
    Platform platform,
    Map<String, String> buildArgs,
    Map<String, String> labels,
    Optional<String> target,
    boolean noCache,
    BuildCache cache,
    List<ImageReference> pushTo,
    RegistryCredentials credentials,
    Optional<Instant> sourceDateEpoch,
    BuildOptions options) {
  public BuildRequest {
    buildArgs = Map.copyOf(buildArgs);
    labels = Map.copyOf(labels);
    pushTo = List.copyOf(pushTo);
  }

  /** The same, with these options. */
  public BuildRequest withOptions(BuildOptions options) {
    return new BuildRequest(
        dockerfileName,
        dockerfile,
        context,
        platform,
        buildArgs,
        labels,
        target,
        noCache,
        cache,
        pushTo,
        credentials,
        sourceDateEpoch,
        options);
  }
}
