package dev.brickyard.storage.image;

import dev.brickyard.engine.cache.CacheFaults;
import dev.brickyard.engine.cache.LayerImageStore;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.storage.object.ObjectKey;
import dev.brickyard.storage.object.ObjectNotFoundException;
import dev.brickyard.storage.object.ObjectStore;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Optional;

/** Layer images as objects {@code roots/<hex of the diff id>}, which vouch for themselves. */
public final class S3LayerImageStore implements LayerImageStore {
  private final ObjectStore objects;
  private final CacheFaults faults;

  /** A store whose faults nobody counts. */
  public S3LayerImageStore(ObjectStore objects) {
    this(objects, CacheFaults.UNHEARD);
  }

  /**
   * @param faults hears of images that were found damaged
   */
  public S3LayerImageStore(ObjectStore objects, CacheFaults faults) {
    this.objects = objects;
    this.faults = faults;
  }

  @Override
  public boolean has(Digest diffId) throws IOException {
    return objects.stat(key(diffId)).isPresent();
  }

  @Override
  public Optional<InputStream> open(Digest diffId) throws IOException {
    try {
      return Optional.of(objects.get(key(diffId)));
    } catch (ObjectNotFoundException e) {
      return Optional.empty();
    }
  }

  @Override
  public Optional<InputStream> open(Digest diffId, long offset, long length) throws IOException {
    try {
      return Optional.of(objects.get(key(diffId), offset, length));
    } catch (ObjectNotFoundException e) {
      return Optional.empty();
    }
  }

  @Override
  public void put(Digest diffId, Path file) throws IOException {
    MessageDigest sha256 = Digest.newSha256();
    try (InputStream in = new DigestInputStream(Files.newInputStream(file), sha256)) {
      in.transferTo(OutputStream.nullOutputStream());
    }
    objects.putIfAbsent(key(diffId), file, HexFormat.of().formatHex(sha256.digest()));
  }

  @Override
  public void discard(Digest diffId) throws IOException {
    faults.met(CacheFaults.Kind.IMAGE, CacheFaults.Reason.CORRUPT, key(diffId).value());
    objects.delete(key(diffId));
  }

  private static ObjectKey key(Digest diffId) {
    return new ObjectKey("roots/" + diffId.hex());
  }
}
