package dev.brickyard.storage.blob;

import dev.brickyard.engine.cache.BlobNotFoundException;
import dev.brickyard.engine.cache.BlobStore;
import dev.brickyard.engine.cache.BlobUpload;
import dev.brickyard.engine.cache.CacheFaults;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.storage.object.ObjectInfo;
import dev.brickyard.storage.object.ObjectKey;
import dev.brickyard.storage.object.ObjectNotFoundException;
import dev.brickyard.storage.object.ObjectStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Blobs as objects {@code blobs/sha256/<hex>}. Trusts what it is given and what it finds: use it
 * inside a {@link VerifyingBlobStore}, as {@link #verified} does.
 */
public final class S3BlobStore implements BlobStore {
  /** Up to here, sending the content anyway is quicker than asking first. */
  private static final long ASK_FIRST_ABOVE = 256 << 10;

  private final ObjectStore objects;

  public S3BlobStore(ObjectStore objects) {
    this.objects = objects;
  }

  /** A blob store that keeps the whole promise of {@link BlobStore}. */
  public static BlobStore verified(ObjectStore objects) {
    return verified(objects, CacheFaults.UNHEARD);
  }

  /**
   * Like {@link #verified(ObjectStore)}.
   *
   * @param faults hears of missing and corrupt blobs
   */
  public static BlobStore verified(ObjectStore objects, CacheFaults faults) {
    return new VerifyingBlobStore(new S3BlobStore(objects), faults);
  }

  @Override
  public OptionalLong size(Digest digest) throws IOException {
    Optional<ObjectInfo> info = objects.stat(key(digest));
    return info.isPresent() ? OptionalLong.of(info.get().size()) : OptionalLong.empty();
  }

  @Override
  public InputStream open(Digest digest) throws IOException {
    try {
      return objects.get(key(digest));
    } catch (ObjectNotFoundException e) {
      BlobNotFoundException missing = new BlobNotFoundException(digest);
      missing.initCause(e);
      throw missing;
    }
  }

  @Override
  public void put(Digest digest, Path file) throws IOException {
    ObjectKey key = key(digest);
    if (Files.size(file) > ASK_FIRST_ABOVE && objects.stat(key).isPresent()) {
      return;
    }
    objects.putIfAbsent(key, file, digest.hex());
  }

  @Override
  public void put(Digest digest, byte[] content) throws IOException {
    objects.putIfAbsent(key(digest), content);
  }

  @Override
  public Optional<BlobUpload> begin() {
    return Optional.of(new S3BlobUpload(objects));
  }

  @Override
  public void discard(Digest digest) throws IOException {
    objects.delete(key(digest));
  }

  static ObjectKey key(Digest digest) {
    return new ObjectKey("blobs/sha256/" + digest.hex());
  }
}
