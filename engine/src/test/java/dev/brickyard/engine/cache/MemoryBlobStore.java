package dev.brickyard.engine.cache;

import dev.brickyard.engine.image.Digest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A blob store for tests: in memory, it counts what is opened and can be damaged. */
public final class MemoryBlobStore implements BlobStore {
  private final Map<Digest, byte[]> blobs = new ConcurrentHashMap<>();
  private final AtomicInteger opened = new AtomicInteger();

  @Override
  public OptionalLong size(Digest digest) {
    byte[] blob = blobs.get(digest);
    return blob == null ? OptionalLong.empty() : OptionalLong.of(blob.length);
  }

  @Override
  public InputStream open(Digest digest) throws IOException {
    byte[] blob = blobs.get(digest);
    if (blob == null) {
      throw new BlobNotFoundException(digest);
    }
    opened.incrementAndGet();
    return new Verified(blob, digest);
  }

  @Override
  public void put(Digest digest, Path file) throws IOException {
    put(digest, Files.readAllBytes(file));
  }

  @Override
  public void put(Digest digest, byte[] content) throws IOException {
    if (!Digest.of(content).equals(digest)) {
      throw new CorruptBlobException(digest, Digest.of(content).toString());
    }
    blobs.putIfAbsent(digest, content.clone());
  }

  @Override
  public Optional<BlobUpload> begin() {
    return Optional.of(new Upload());
  }

  private final class Upload extends BlobUpload {
    private final ByteArrayOutputStream content = new ByteArrayOutputStream();

    @Override
    public void write(int b) {
      content.write(b);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
      content.write(bytes, offset, length);
    }

    @Override
    public void complete(Digest digest) throws IOException {
      put(digest, content.toByteArray());
    }

    @Override
    public void close() {}
  }

  @Override
  public void discard(Digest digest) {
    blobs.remove(digest);
  }

  /** Changes one byte. */
  public void damage(Digest digest) {
    blobs.computeIfPresent(
        digest,
        (d, blob) -> {
          byte[] damaged = blob.clone();
          damaged[damaged.length / 2] ^= 1;
          return damaged;
        });
  }

  /** How often a blob was opened. */
  public int opened() {
    return opened.get();
  }

  private static final class Verified extends FilterInputStream {
    private final MessageDigest sha256 = Digest.newSha256();
    private final Digest expected;
    private int left;

    Verified(byte[] content, Digest expected) {
      super(new ByteArrayInputStream(content));
      this.expected = expected;
      this.left = content.length;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int n = in.read(bytes, offset, length);
      if (n > 0) {
        sha256.update(bytes, offset, n);
        left -= n;
        if (left == 0) {
          Digest actual = Digest.of(sha256);
          if (!actual.equals(expected)) {
            throw new CorruptBlobException(expected, actual.toString());
          }
        }
      }
      return n;
    }
  }
}
