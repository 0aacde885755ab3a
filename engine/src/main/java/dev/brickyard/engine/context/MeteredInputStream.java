package dev.brickyard.engine.context;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Counts what is read from the sender, and wraps the failures of that stream so that they can be
 * told from an archive that is damaged. Leaves the stream open when closed: it is the caller's.
 */
final class MeteredInputStream extends FilterInputStream {
  private long count;

  MeteredInputStream(InputStream in) {
    super(in);
  }

  /** The sender's stream failed; the cause says how. */
  static final class SourceFailed extends IOException {
    private static final long serialVersionUID = 1L;
    private final IOException failure;

    SourceFailed(IOException failure) {
      super(failure);
      this.failure = failure;
    }

    IOException failure() {
      return failure;
    }
  }

  long count() {
    return count;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    try {
      int n = in.read(buffer, offset, length);
      if (n > 0) {
        count += n;
      }
      return n;
    } catch (IOException e) {
      throw new SourceFailed(e);
    }
  }

  @Override
  public long skip(long n) throws IOException {
    return n <= 0 ? 0 : Math.max(0, read(new byte[(int) Math.min(n, 8192)]));
  }

  @Override
  public boolean markSupported() {
    return false;
  }

  @Override
  public void close() {}
}
