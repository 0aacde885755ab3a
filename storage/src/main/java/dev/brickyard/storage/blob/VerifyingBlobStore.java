package dev.brickyard.storage.blob;

import dev.brickyard.engine.cache.BlobNotFoundException;
import dev.brickyard.engine.cache.BlobStore;
import dev.brickyard.engine.cache.BlobUpload;
import dev.brickyard.engine.cache.CacheFaults;
import dev.brickyard.engine.cache.CorruptBlobException;
import dev.brickyard.engine.image.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets no content in or out that does not have its digest, and removes what it found corrupt, so
 * that the next {@code put} of the digest stores it anew.
 */
public final class VerifyingBlobStore implements BlobStore {
  private static final int CHUNK = 256 << 10;

  private static final Logger LOG = LoggerFactory.getLogger(VerifyingBlobStore.class);

  private final BlobStore blobs;
  private final CacheFaults faults;

  public VerifyingBlobStore(BlobStore blobs, CacheFaults faults) {
    this.blobs = blobs;
    this.faults = faults;
  }

  @Override
  public OptionalLong size(Digest digest) throws IOException {
    return blobs.size(digest);
  }

  @Override
  public InputStream open(Digest digest) throws IOException {
    InputStream content;
    try {
      content = blobs.open(digest);
    } catch (BlobNotFoundException e) {
      faults.met(CacheFaults.Kind.BLOB, CacheFaults.Reason.MISSING, digest.toString());
      throw e;
    }
    return new VerifyingInputStream(content, digest, () -> removeCorrupt(digest));
  }

  private void removeCorrupt(Digest digest) {
    LOG.warn("the stored blob {} is corrupt, and is removed", digest);
    faults.met(CacheFaults.Kind.BLOB, CacheFaults.Reason.CORRUPT, digest.toString());
    // On a thread that nobody interrupts: a removal that was given up may still arrive, after the
    // blob was stored anew.
    Thread removal = Thread.ofVirtual().name("discard").start(() -> remove(digest));
    boolean interrupted = false;
    while (removal.isAlive()) {
      try {
        removal.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void remove(Digest digest) {
    try {
      blobs.discard(digest);
    } catch (IOException e) {
      LOG.warn("the blob {} could not be removed: {}", digest, e.getMessage());
    }
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
  public Optional<BlobUpload> begin() throws IOException {
    return blobs.begin().map(VerifyingBlobUpload::new);
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
