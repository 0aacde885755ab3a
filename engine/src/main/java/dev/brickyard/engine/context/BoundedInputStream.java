package dev.brickyard.engine.context;

import dev.brickyard.engine.context.TarReader.Malformed;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** The uncompressed archive, cut off when it grows beyond the limits. */
final class BoundedInputStream extends FilterInputStream {
  private final MeteredInputStream compressed;
  private final ContextLimits limits;
  private long count;

  BoundedInputStream(InputStream in, MeteredInputStream compressed, ContextLimits limits) {
    super(in);
    this.compressed = compressed;
    this.limits = limits;
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
      count += n;
      check();
    }
    return n;
  }

  @Override
  public long skip(long n) throws IOException {
    return n <= 0 ? 0 : Math.max(0, read(new byte[(int) Math.min(n, 8192)]));
  }

  private void check() throws Malformed {
    if (count > limits.totalBytes()) {
      throw new Malformed(
          "context-limit-size",
          "the context is larger than the " + limits.totalBytes() + " bytes allowed");
    }
    if (count > limits.ratioFreeBytes()
        && count / limits.ratio() > Math.max(1, compressed.count())) {
      throw new Malformed(
          "context-limit-ratio",
          "the archive grows to more than "
              + limits.ratio()
              + " times what was sent, which no honest context does");
    }
  }
}
