package dev.brickyard.storage.blob;

import dev.brickyard.engine.cache.BlobStore;
import dev.brickyard.engine.cache.CorruptBlobException;
import dev.brickyard.engine.image.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.OptionalLong;

/** Lets no content in or out that does not have its digest. */
public final class VerifyingBlobStore implements BlobStore {
  private static final int CHUNK = 256 << 10;

  private final BlobStore blobs;

  public VerifyingBlobStore(BlobStore blobs) {
    this.blobs = blobs;
  }

  @Override
  public OptionalLong size(Digest digest) throws IOException {
    return blobs.size(digest);
  }

  @Override
  public InputStream open(Digest digest) throws IOException {
    return new VerifyingInputStream(blobs.open(digest), digest);
  }

  @Override
  public void put(Digest digest, Path file) throws IOException {
    MessageDigest sha256 = Digest.newSha256();
    try (InputStream in = Files.newInputStream(file)) {
      byte[] chunk = new byte[CHUNK];
      for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
        sha256.update(chunk, 0, n);
      }
    }
    check(digest, Digest.of(sha256));
    blobs.put(digest, file);
  }

  @Override
  public void put(Digest digest, byte[] content) throws IOException {
    check(digest, Digest.of(content));
    blobs.put(digest, content);
  }

  @Override
  public void discard(Digest digest) throws IOException {
    blobs.discard(digest);
  }

  private static void check(Digest expected, Digest actual) throws CorruptBlobException {
    if (!actual.equals(expected)) {
      throw new CorruptBlobException(expected, actual.toString());
    }
  }
}
