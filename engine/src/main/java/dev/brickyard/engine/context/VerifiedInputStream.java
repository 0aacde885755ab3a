package dev.brickyard.engine.context;

import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.layer.LayerEntry;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;

/**
 * A file's content that is compared with its digest as it is read: with the last byte at the
 * latest, a reader of something else gets an exception.
 */
final class VerifiedInputStream extends FilterInputStream {
  private final LayerEntry file;
  private final MessageDigest sha256 = Digest.newSha256();
  private long left;
  private boolean verified;

  VerifiedInputStream(InputStream in, LayerEntry file) {
    super(in);
    this.file = file;
    this.left = file.size();
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    if (left == 0) {
      verify();
      return -1;
    }
    if (length == 0) {
      return 0;
    }
    int n = in.read(buffer, offset, (int) Math.min(length, left));
    if (n < 0) {
      throw new IOException(file.path() + " of the build context ends too early");
    }
    sha256.update(buffer, offset, n);
    left -= n;
    if (left == 0) {
      verify();
    }
    return n;
  }

  @Override
  public long skip(long n) throws IOException {
    return n <= 0 ? 0 : Math.max(0, read(new byte[(int) Math.min(n, 8192)]));
  }

  @Override
  public boolean markSupported() {
    return false;
  }

  private void verify() throws IOException {
    if (verified) {
      return;
    }
    Digest actual = Digest.of(sha256);
    if (!file.digest().filter(actual::equals).isPresent()) {
      throw new IOException(file.path() + " of the build context does not have its digest");
    }
    verified = true;
  }
}
