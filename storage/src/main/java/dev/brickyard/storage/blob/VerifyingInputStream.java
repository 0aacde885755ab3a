package dev.brickyard.storage.blob;

import dev.brickyard.engine.cache.CorruptBlobException;
import dev.brickyard.engine.image.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;

/**
 * Content that is checked while it is read: the read that finds the end throws {@link
 * CorruptBlobException} when what came before does not have the digest.
 */
public final class VerifyingInputStream extends InputStream {
  private final InputStream in;
  private final Digest expected;
  private final MessageDigest sha256 = Digest.newSha256();
  private final Runnable onCorrupt;
  private boolean verified;

  public VerifyingInputStream(InputStream in, Digest expected) {
    this(in, expected, () -> {});
  }

  /**
   * @param onCorrupt done once, before the exception
   */
  public VerifyingInputStream(InputStream in, Digest expected, Runnable onCorrupt) {
    this.in = in;
    this.expected = expected;
    this.onCorrupt = onCorrupt;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    int n = in.read(buffer, offset, length);
    if (n > 0) {
      sha256.update(buffer, offset, n);
    } else if (n < 0 && !verified) {
      Digest actual = Digest.of(sha256);
      if (!actual.equals(expected)) {
        onCorrupt.run();
        throw new CorruptBlobException(expected, actual.toString());
      }
      verified = true;
    }
    return n;
  }

  @Override
  public int available() throws IOException {
    return in.available();
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
