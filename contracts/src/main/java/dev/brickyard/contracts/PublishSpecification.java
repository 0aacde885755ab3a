package dev.brickyard.contracts;

import java.util.List;

/** The platforms to join and the tags to move. */
public record PublishSpecification(
    List<ImageManifest> manifests, List<String> tags, List<RegistryCredential> credentials) {
  public PublishSpecification {
    manifests = List.copyOf(manifests);
    tags = List.copyOf(tags);
    credentials = List.copyOf(credentials);
  }
}
