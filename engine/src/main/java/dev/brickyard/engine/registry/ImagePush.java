package dev.brickyard.engine.registry;

import dev.brickyard.engine.image.Descriptor;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.image.ImageReference;
import dev.brickyard.engine.image.Manifest;
import dev.brickyard.engine.registry.ImageToPush.PushableLayer;
import dev.brickyard.engine.registry.RegistryException.Code;
import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/**
 * The pushing of one image to its repositories: layers as soon as there are any, the whole in the
 * end. Made by {@link ImagePusher#begin}. Safe for use by many threads.
 */
public final class ImagePush {
  private static final int PARALLEL_BLOBS = 32;
  private static final int PARALLEL_UPLOADS = 6;

  /** Up to here, sending is quicker than asking whether it is there. */
  private static final int SMALL = 32 << 10;

  private record Place(RepositoryLocation location, Digest digest) {}

  private final RegistryClient client;
  private final SeenBlobs seen;
  private final List<RepositoryLocation> locations = new ArrayList<>();
  private final RegistryCredentials credentials;
  private final PushObserver observer;
  private final Set<Place> counted = ConcurrentHashMap.newKeySet();
  private final Semaphore uploads = new Semaphore(PARALLEL_UPLOADS);
  private volatile boolean somethingNew;

  ImagePush(
      RegistryClient client,
      SeenBlobs seen,
      List<ImageReference> targets,
      RegistryCredentials credentials,
      PushObserver observer) {
    this.client = client;
    this.seen = seen;
    this.credentials = credentials;
    this.observer = observer;
    for (ImageReference target : targets) {
      RepositoryLocation location = client.locationOf(target);
      if (!locations.contains(location)) {
        locations.add(location);
      }
    }
  }

  /**
   * Pushes a layer that was just made, ahead of the image it will be part of. Nothing is visible in
   * the repositories until the image is; harmless when the image never comes.
   */
  public void ahead(PushableLayer layer) throws RegistryException, InterruptedException {
    somethingNew = true;
    for (int i = 0; i < locations.size(); i++) {
      RepositoryLocation location = locations.get(i);
      Blob blob = Blob.of(layer, sibling(location, i), true);
      expect(location, List.of(blob));
      pushBlob(location, blob, true);
    }
  }

  /**
   * Pushes the image to every repository by its digest, sending only what is lacking; moves no tag.
   * Harmless to repeat.
   *
   * @return the manifest, its platform set
   */
  public Descriptor finish(ImageToPush image) throws RegistryException, InterruptedException {
    Manifest manifest = image.manifest();
    byte[] content = manifest.toJson();
    Descriptor descriptor = Descriptor.of(manifest.mediaType(), Digest.of(content), content.length);
    for (int i = 0; i < locations.size(); i++) {
      RepositoryLocation location = locations.get(i);
      List<Blob> blobs = blobs(image, sibling(location, i));
      Set<Digest> fresh = expect(location, blobs);
      // With a new layer the manifest is a new one too: no need to ask.
      if (!somethingNew && client.hasManifest(location, descriptor.digest(), credentials)) {
        blobs.stream()
            .filter(blob -> fresh.contains(blob.digest()))
            .forEach(blob -> observer.skipped(blob.size()));
        continue;
      }
      pushTo(location, blobs, fresh, manifest.mediaType(), content);
    }
    return descriptor.forPlatform(image.config().platform());
  }

  /**
   * Pushes a manifest that stands beside an image, with its blobs, to every repository by its
   * digest. Harmless to repeat.
   *
   * @param blobs small ones, with their content
   */
  public void beside(Map<Descriptor, byte[]> blobs, String mediaType, byte[] manifest)
      throws RegistryException, InterruptedException {
    List<Blob> small = new ArrayList<>();
    blobs.forEach(
        (blob, content) ->
            small.add(
                new Blob(blob, Optional.empty(), () -> new ByteArrayInputStream(content), true)));
    for (RepositoryLocation location : locations) {
      pushTo(location, small, expect(location, small), mediaType, manifest);
    }
  }

  /** A repository of the same registry that has the image by now. */
  private Optional<RepositoryLocation> sibling(RepositoryLocation location, int before) {
    return locations.subList(0, before).stream().filter(location::isSiblingOf).findFirst();
  }

  /**
   * Something to push.
   *
   * @param unknown whether hardly anybody can have pushed it before
   */
  private record Blob(
      Descriptor descriptor,
      Optional<RepositoryLocation> foundAt,
      BlobSource source,
      boolean unknown) {
    static Blob of(PushableLayer layer, Optional<RepositoryLocation> sibling, boolean unknown) {
      return new Blob(layer.layer().blob(), sibling.or(layer::foundAt), layer.source(), unknown);
    }

    Digest digest() {
      return descriptor.digest();
    }

    long size() {
      return descriptor.size();
    }
  }

  /** Each once, the config among them. */
  private static List<Blob> blobs(ImageToPush image, Optional<RepositoryLocation> sibling) {
    List<Blob> blobs = new ArrayList<>();
    byte[] config = image.config().toJson();
    blobs.add(
        new Blob(
            image.config().descriptor(),
            Optional.empty(),
            () -> new ByteArrayInputStream(config),
            true));
    Set<Digest> planned = new HashSet<>();
    for (PushableLayer layer : image.layers()) {
      if (planned.add(layer.layer().blob().digest())) {
        blobs.add(Blob.of(layer, sibling, false));
      }
    }
    return blobs;
  }

  /** Announces what was not announced before, and tells which that is. */
  private Set<Digest> expect(RepositoryLocation location, List<Blob> blobs) {
    Set<Digest> fresh = new HashSet<>();
    long bytes = 0;
    for (Blob blob : blobs) {
      if (counted.add(new Place(location, blob.digest()))) {
        fresh.add(blob.digest());
        bytes += blob.size();
      }
    }
    if (bytes > 0) {
      observer.expected(bytes);
    }
    return fresh;
  }

  private void pushTo(
      RepositoryLocation location,
      List<Blob> blobs,
      Set<Digest> fresh,
      String mediaType,
      byte[] manifest)
      throws RegistryException, InterruptedException {
    pushAll(location, blobs, fresh);
    try {
      client.pushManifest(location, mediaType, manifest, credentials);
    } catch (RegistryException e) {
      if (e.code() != Code.REFUSED || !seen.forget(location)) {
        throw e;
      }
      // The registry lost a blob that we had seen there: look again, believing nothing.
      pushAll(location, blobs, Set.of());
      client.pushManifest(location, mediaType, manifest, credentials);
    }
  }

  private void pushAll(RepositoryLocation location, List<Blob> blobs, Set<Digest> fresh)
      throws RegistryException, InterruptedException {
    List<Callable<PushedBlob>> pushes = new ArrayList<>();
    for (Blob blob : blobs) {
      pushes.add(() -> pushBlob(location, blob, fresh.contains(blob.digest())));
    }
    Parallel.run(pushes, PARALLEL_BLOBS);
  }

  private PushedBlob pushBlob(RepositoryLocation location, Blob blob, boolean counts)
      throws RegistryException, InterruptedException {
    PushObserver told = counts ? observer : PushObserver.NONE;
    String user = Authorizer.fingerprint(credentials.find(location.registry()));
    boolean certain = seen.contains(location, user, blob.digest());
    boolean ask = !blob.unknown() || blob.size() > SMALL;
    if (certain || (ask && client.hasBlob(location, blob.digest(), credentials))) {
      seen.add(location, user, blob.digest());
      told.skipped(blob.size());
      return PushedBlob.PRESENT;
    }
    uploads.acquire();
    try {
      CountedSource source = new CountedSource(blob.source(), told);
      PushedBlob pushed =
          client.uploadBlob(location, blob.descriptor(), blob.foundAt(), source, credentials);
      if (pushed == PushedBlob.MOUNTED) {
        told.skipped(blob.size());
      }
      seen.add(location, user, blob.digest());
      return pushed;
    } finally {
      uploads.release();
    }
  }
}
