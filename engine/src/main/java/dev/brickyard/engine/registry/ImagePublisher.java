package dev.brickyard.engine.registry;

import dev.brickyard.engine.image.Descriptor;
import dev.brickyard.engine.image.ImageIndex;
import dev.brickyard.engine.image.ImageReference;
import java.util.List;

/** Makes tags point at images whose manifests have been pushed. One request for each tag. */
public final class ImagePublisher {
  private final RegistryClient client;

  public ImagePublisher(RegistryClient client) {
    this.client = client;
  }

  /**
   * Moves the tags: to an index of the manifests, or to the manifest itself when there is just one.
   * Harmless to repeat.
   *
   * @param manifests at least one, each with its platform and already in every tag's repository
   * @param tags each with a tag
   * @return what the tags point at now
   */
  public Descriptor publish(
      List<Descriptor> manifests, List<ImageReference> tags, RegistryCredentials credentials)
      throws RegistryException, InterruptedException {
    return publish(ImageIndex.oci(manifests), tags, credentials);
  }

  /**
   * Moves the tags: to the index, or to the manifest itself when it has just one. Harmless to
   * repeat.
   *
   * @param index of manifests that are in every tag's repository already
   * @param tags each with a tag
   * @return what the tags point at now
   */
  public Descriptor publish(
      ImageIndex index, List<ImageReference> tags, RegistryCredentials credentials)
      throws RegistryException, InterruptedException {
    if (index.manifests().size() == 1) {
      return publishSingle(index.manifests().getFirst(), tags, credentials);
    }
    byte[] content = index.toJson();
    for (ImageReference tag : tags) {
      client.tag(client.locationOf(tag), nameOf(tag), index.mediaType(), content, credentials);
    }
    return index.descriptor();
  }

  private Descriptor publishSingle(
      Descriptor manifest, List<ImageReference> tags, RegistryCredentials credentials)
      throws RegistryException, InterruptedException {
    for (ImageReference tag : tags) {
      RepositoryLocation location = client.locationOf(tag);
      byte[] content = client.manifest(location, manifest.digest(), credentials);
      client.tag(location, nameOf(tag), manifest.mediaType(), content, credentials);
    }
    return manifest;
  }

  private static String nameOf(ImageReference reference) {
    return reference
        .tag()
        .orElseThrow(() -> new IllegalArgumentException(reference + " names no tag to move"));
  }
}
