package dev.brickyard.engine.registry;

import dev.brickyard.engine.image.Descriptor;
import dev.brickyard.engine.image.ImageReference;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/**
 * Pushes images by digest, sending only what a repository lacks. An image that is there already
 * costs one request for each repository. Safe for use by many threads.
 */
public final class ImagePusher {
  private final RegistryClient client;
  private final SeenBlobs seen;

  /** A pusher that remembers for ten minutes which blobs a repository had. */
  public ImagePusher(RegistryClient client) {
    this(client, new SeenBlobs(InstantSource.system(), Duration.ofMinutes(10)));
  }

  ImagePusher(RegistryClient client, SeenBlobs seen) {
    this.client = client;
    this.seen = seen;
  }

  /**
   * Begins to push an image whose layers are not all there yet.
   *
   * @param targets their tags and digests are ignored
   */
  public ImagePush begin(
      List<ImageReference> targets, RegistryCredentials credentials, PushObserver observer) {
    return new ImagePush(client, seen, targets, credentials, observer);
  }

  /**
   * Pushes an image to every repository by its digest; moves no tag. Harmless to repeat.
   *
   * @param targets their tags and digests are ignored
   * @return the manifest, its platform set
   */
  public Descriptor push(
      ImageToPush image, List<ImageReference> targets, RegistryCredentials credentials)
      throws RegistryException, InterruptedException {
    return begin(targets, credentials, PushObserver.NONE).finish(image);
  }
}
