package dev.brickyard.engine;

import dev.brickyard.engine.image.Descriptor;
import dev.brickyard.engine.image.ImageReference;
import dev.brickyard.engine.registry.RegistryCredentials;
import java.util.List;
import java.util.Map;

/**
 * Joins the platforms of a build and moves its tags.
 *
 * @param manifests one per platform, and behind them what is said about them; each already pushed
 *     to every repository of {@code tags}
 * @param tags full references with a tag
 * @param ociTypes false for an index in Docker's media types
 * @param annotations of the index, when there is one
 */
public record PublishRequest(
    List<Descriptor> manifests,
    List<ImageReference> tags,
    RegistryCredentials credentials,
    boolean ociTypes,
    Map<String, String> annotations) {
  /** With an index of the usual kind. */
  public PublishRequest(
      List<Descriptor> manifests, List<ImageReference> tags, RegistryCredentials credentials) {
    this(manifests, tags, credentials, true, Map.of());
  }

  public PublishRequest {
    annotations = Map.copyOf(annotations);
    if (manifests.isEmpty()) {
      throw new IllegalArgumentException("nothing to publish");
    }
    manifests = List.copyOf(manifests);
    tags = List.copyOf(tags);
  }
}
