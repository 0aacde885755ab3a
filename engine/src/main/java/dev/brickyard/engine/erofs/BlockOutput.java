package dev.brickyard.engine.erofs;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** Writes a file front to back in large pieces. */
final class BlockOutput {
  private static final int BUFFER = 1 << 18;

  private final FileChannel channel;
  private final byte[] buffer = new byte[BUFFER];
  private long written;
  private int filled;

  BlockOutput(FileChannel channel, long start) throws IOException {
    this.channel = channel;
    this.written = start;
    channel.position(start);
  }

  /** Where the next byte goes. */
  long position() {
    return written + filled;
  }

  /** Copies just so many bytes. */
  void copy(InputStream in, long count) throws IOException {
    long left = count;
    while (left > 0) {
      if (filled == BUFFER) {
        flush();
      }
      int n = in.read(buffer, filled, (int) Math.min(left, BUFFER - filled));
      if (n < 0) {
        throw new EOFException("the layer ends within a file");
      }
      filled += n;
      left -= n;
    }
  }

  void write(byte[] bytes) throws IOException {
    int at = 0;
    while (at < bytes.length) {
      if (filled == BUFFER) {
        flush();
      }
      int n = Math.min(bytes.length - at, BUFFER - filled);
      System.arraycopy(bytes, at, buffer, filled, n);
      filled += n;
      at += n;
    }
  }

  /** Zeros up to the next multiple. */
  void pad(int multiple) throws IOException {
    int count = (int) (-position() & (multiple - 1));
    write(new byte[count]);
  }

  void flush() throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, filled);
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
    written += filled;
    filled = 0;
  }
}
