package dev.brickyard.engine.export;

import dev.brickyard.engine.StepPlan;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.image.ImageReference;
import dev.brickyard.engine.image.Platform;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How a build went, as far as provenance tells it.
 *
 * @param dockerfileName in the context
 * @param buildPlatform what the build ran on
 * @param context digest of the context's files, modes and links
 * @param images that were started or copied from, with their digests
 * @param secrets ids of the secrets that were asked for, and whether they may be missing
 * @param ssh ids of the agents that were asked for, and whether they may be missing
 * @param started when the build began
 * @param ended when the image was done
 * @param epoch what all times become, when given
 */
public record BuildFacts(
    String dockerfileName,
    String dockerfile,
    Platform platform,
    Platform buildPlatform,
    Map<String, String> buildArgs,
    Map<String, String> labels,
    Optional<String> target,
    boolean noCache,
    Digest context,
    List<Image> images,
    Map<String, Boolean> secrets,
    Map<String, Boolean> ssh,
    List<StepPlan> steps,
    Instant started,
    Instant ended,
    Optional<Instant> epoch) {
  public BuildFacts {
    buildArgs = Map.copyOf(buildArgs);
    labels = Map.copyOf(labels);
    images = List.copyOf(images);
    secrets = Map.copyOf(secrets);
    ssh = Map.copyOf(ssh);
    steps = List.copyOf(steps);
  }

  /**
   * An image that the build used.
   *
   * @param reference with a digest
   */
  public record Image(ImageReference reference, Platform platform) {}
}
