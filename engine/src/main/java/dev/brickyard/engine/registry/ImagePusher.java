package dev.brickyard.engine.registry;

import dev.brickyard.engine.image.Descriptor;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.image.ImageReference;
import dev.brickyard.engine.image.Manifest;
import dev.brickyard.engine.image.MediaTypes;
import dev.brickyard.engine.registry.ImageToPush.PushableLayer;
import dev.brickyard.engine.registry.RegistryException.Code;
import java.io.ByteArrayInputStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;

/**
 * Pushes images by digest, sending only what a repository lacks. An image that is there already
 * costs one request for each repository. Safe for use by many threads.
 */
public final class ImagePusher {
  private static final int PARALLEL_BLOBS = 6;

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
   * Pushes an image to every repository by its digest; moves no tag. Harmless to repeat.
   *
   * @param targets their tags and digests are ignored
   * @return the manifest, its platform set
   */
  public Descriptor push(
      ImageToPush image, List<ImageReference> targets, RegistryCredentials credentials)
      throws RegistryException, InterruptedException {
    Manifest manifest = image.manifest();
    byte[] content = manifest.toJson();
    Descriptor descriptor = Descriptor.of(manifest.mediaType(), Digest.of(content), content.length);
    List<RepositoryLocation> done = new ArrayList<>();
    for (ImageReference target : targets) {
      RepositoryLocation location = client.locationOf(target);
      if (done.contains(location)) {
        continue;
      }
      if (!client.hasManifest(location, descriptor.digest(), credentials)) {
        Optional<RepositoryLocation> sibling =
            done.stream().filter(location::isSiblingOf).findFirst();
        pushTo(location, image, content, sibling, credentials);
      }
      done.add(location);
    }
    return descriptor.forPlatform(image.config().platform());
  }

  private void pushTo(
      RepositoryLocation location,
      ImageToPush image,
      byte[] manifest,
      Optional<RepositoryLocation> sibling,
      RegistryCredentials credentials)
      throws RegistryException, InterruptedException {
    pushBlobs(location, image, sibling, credentials);
    try {
      client.pushManifest(location, MediaTypes.OCI_MANIFEST, manifest, credentials);
    } catch (RegistryException e) {
      if (e.code() != Code.REFUSED || !seen.forget(location)) {
        throw e;
      }
      // The registry lost a blob that we had seen there: look again, believing nothing.
      pushBlobs(location, image, sibling, credentials);
      client.pushManifest(location, MediaTypes.OCI_MANIFEST, manifest, credentials);
    }
  }

  private void pushBlobs(
      RepositoryLocation location,
      ImageToPush image,
      Optional<RepositoryLocation> sibling,
      RegistryCredentials credentials)
      throws RegistryException, InterruptedException {
    List<Callable<PushedBlob>> pushes = new ArrayList<>();
    Set<Digest> planned = new HashSet<>();
    byte[] config = image.config().toJson();
    Descriptor configBlob = image.config().descriptor();
    pushes.add(
        () ->
            pushBlob(
                location,
                configBlob,
                Optional.empty(),
                () -> new ByteArrayInputStream(config),
                credentials));
    for (PushableLayer layer : image.layers()) {
      if (planned.add(layer.layer().blob().digest())) {
        pushes.add(
            () ->
                pushBlob(
                    location,
                    layer.layer().blob(),
                    sibling.or(layer::foundAt),
                    layer.source(),
                    credentials));
      }
    }
    Parallel.run(pushes, PARALLEL_BLOBS);
  }

  private PushedBlob pushBlob(
      RepositoryLocation location,
      Descriptor blob,
      Optional<RepositoryLocation> foundAt,
      BlobSource source,
      RegistryCredentials credentials)
      throws RegistryException, InterruptedException {
    String user = Authorizer.fingerprint(credentials.find(location.registry()));
    if (seen.contains(location, user, blob.digest())) {
      return PushedBlob.PRESENT;
    }
    PushedBlob pushed = client.pushBlob(location, blob, foundAt, source, credentials);
    seen.add(location, user, blob.digest());
    return pushed;
  }
}
