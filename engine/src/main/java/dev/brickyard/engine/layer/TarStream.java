package dev.brickyard.engine.layer;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * Writes a tar for people and tools to unpack, entry by entry. The same entries give the same
 * bytes: no names of owners, no fractions of seconds. For one thread; the stream below is not
 * closed.
 */
public final class TarStream {
  private static final int BLOCK = 512;

  private final OutputStream out;
  private final byte[] buffer = new byte[1 << 16];

  public TarStream(OutputStream out) {
    this.out = out;
  }

  /** Adds anything but a file. */
  public void add(LayerEntry entry) throws IOException {
    if (entry.type() == EntryType.FILE) {
      throw new IllegalArgumentException(entry.path() + " is a file and needs its content");
    }
    out.write(TarHeaderWriter.headers(entry));
  }

  /**
   * Adds a file.
   *
   * @param content is read to its end, and left open
   * @throws IOException when the content has another size than the entry says
   */
  public void add(LayerEntry file, InputStream content) throws IOException {
    out.write(TarHeaderWriter.headers(file));
    long written = 0;
    for (int n = content.read(buffer); n >= 0; n = content.read(buffer)) {
      written += n;
      if (written > file.size()) {
        break;
      }
      out.write(buffer, 0, n);
    }
    if (written != file.size()) {
      throw new IOException(
          file.path() + " does not have the " + file.size() + " bytes it should have");
    }
    out.write(new byte[(int) (-written & (BLOCK - 1))]);
  }

  /** Ends the archive. */
  public void finish() throws IOException {
    out.write(new byte[2 * BLOCK]);
  }
}
