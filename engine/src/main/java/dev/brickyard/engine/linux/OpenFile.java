package dev.brickyard.engine.linux;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** An open regular file. For one thread at a time. */
public final class OpenFile implements AutoCloseable {
  private final String name;
  private int fd;

  OpenFile(int fd, String name) {
    this.fd = fd;
    this.name = name;
  }

  /** Writes all of it at the current place. */
  public void write(byte[] bytes, int offset, int length) throws LinuxException {
    MemorySegment buffer = Native.buffer();
    int from = offset;
    int end = offset + length;
    while (from < end) {
      int chunk = (int) Math.min(end - from, buffer.byteSize());
      MemorySegment.copy(bytes, from, buffer, ValueLayout.JAVA_BYTE, 0, chunk);
      from += writeOnce(buffer, chunk);
    }
  }

  private int writeOnce(MemorySegment buffer, int chunk) throws LinuxException {
    MemorySegment errno = Native.errno();
    try {
      return (int)
          Native.checked(
              "write",
              name,
              errno,
              (long) Native.WRITE.invokeExact(errno, fd, buffer, (long) chunk));
    } catch (LinuxException e) {
      throw e;
    } catch (Throwable e) {
      throw Native.impossible(e);
    }
  }

  /** Reads at the current place; -1 at the end of the file. */
  public int read(byte[] bytes, int offset, int length) throws LinuxException {
    if (length == 0) {
      return 0;
    }
    MemorySegment buffer = Native.buffer();
    MemorySegment errno = Native.errno();
    long n;
    try {
      n =
          Native.checked(
              "read",
              name,
              errno,
              (long)
                  Native.READ.invokeExact(errno, fd, buffer, Math.min(length, buffer.byteSize())));
    } catch (LinuxException e) {
      throw e;
    } catch (Throwable e) {
      throw Native.impossible(e);
    }
    if (n == 0) {
      return -1;
    }
    MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, 0, bytes, offset, (int) n);
    return (int) n;
  }

  /** The file as a stream; closing the stream closes the file. */
  public InputStream asInput() {
    return new InputStream() {
      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return OpenFile.this.read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
      }

      @Override
      public int read(byte[] bytes, int offset, int length) throws IOException {
        return OpenFile.this.read(bytes, offset, length);
      }

      @Override
      public void close() throws IOException {
        OpenFile.this.close();
      }
    };
  }

  /** Harmless when repeated. */
  @Override
  public void close() throws LinuxException {
    if (fd < 0) {
      return;
    }
    int closing = fd;
    fd = -1;
    MemorySegment errno = Native.errno();
    try {
      Native.checked("close", name, errno, (int) Native.CLOSE.invokeExact(errno, closing));
    } catch (LinuxException e) {
      throw e;
    } catch (Throwable e) {
      throw Native.impossible(e);
    }
  }
}
