package dev.brickyard.contracts;

import java.util.List;

/**
 * The platforms to join and the tags to move.
 *
 * @param tags empty when nothing is pushed
 * @param options of the build, which say what the joint image is like
 */
public record PublishSpecification(
    List<ImageManifest> manifests,
    List<String> tags,
    List<RegistryCredential> credentials,
    BuildOptions options) {
  /** Of a build without options. */
  public PublishSpecification(
      List<ImageManifest> manifests, List<String> tags, List<RegistryCredential> credentials) {
    this(manifests, tags, credentials, BuildOptions.NONE);
  }

  public PublishSpecification {
    // A scheduler of an older release does not know them.
    options = options == null ? BuildOptions.NONE : options;
    manifests = List.copyOf(manifests);
    tags = List.copyOf(tags);
    credentials = List.copyOf(credentials);
  }
}
