package dev.brickyard.engine;

import dev.brickyard.engine.image.Descriptor;
import dev.brickyard.engine.image.ImageReference;
import dev.brickyard.engine.registry.RegistryCredentials;
import java.util.List;

/**
 * Joins the platforms of a build and moves its tags.
 *
 * @param manifests one per platform, each already pushed to every repository of {@code tags}
 * @param tags full references with a tag
 */
public record PublishRequest(
    List<Descriptor> manifests, List<ImageReference> tags, RegistryCredentials credentials) {
  public PublishRequest {
    if (manifests.isEmpty()) {
      throw new IllegalArgumentException("nothing to publish");
    }
    manifests = List.copyOf(manifests);
    tags = List.copyOf(tags);
  }
}
