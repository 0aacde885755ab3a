package dev.brickyard.cli.context;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * A pipe between a thread that writes and one that reads, a few chunks long. A failure of the
 * writer reaches the reader; a reader that closes stops the writer.
 */
final class ChunkPipe {
  private static final int CHUNKS = 8;
  private static final byte[] END = {};

  private final BlockingQueue<byte[]> chunks = new ArrayBlockingQueue<>(CHUNKS);
  private volatile @Nullable IOException failure;
  private volatile boolean readerGone;

  /** The writing end; closing it ends the content. */
  OutputStream sink() {
    return new Sink();
  }

  /** The reading end. */
  InputStream source() {
    return new Source();
  }

  /** Ends the content with a failure: the reader's next read throws it. */
  void fail(IOException cause) throws InterruptedException {
    failure = cause;
    offer(END);
  }

  private void offer(byte[] chunk) throws InterruptedException {
    if (!readerGone) {
      chunks.put(chunk);
    }
  }

  private final class Sink extends OutputStream {
    private boolean closed;

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] buffer, int offset, int length) throws IOException {
      if (readerGone) {
        throw new IOException("nobody reads the context any more");
      }
      if (length > 0) {
        put(Arrays.copyOfRange(buffer, offset, offset + length));
      }
    }

    @Override
    public void close() throws IOException {
      if (!closed) {
        closed = true;
        put(END);
      }
    }

    private void put(byte[] chunk) throws IOException {
      try {
        offer(chunk);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted while sending the context");
      }
    }
  }

  private final class Source extends InputStream {
    private byte[] chunk = END;
    private int next;
    private boolean ended;

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      if (next == chunk.length && !ended) {
        take();
      }
      if (ended) {
        IOException cause = failure;
        if (cause != null) {
          throw cause;
        }
        return -1;
      }
      int count = Math.min(length, chunk.length - next);
      System.arraycopy(chunk, next, buffer, offset, count);
      next += count;
      return count;
    }

    private void take() throws IOException {
      try {
        chunk = chunks.take();
        next = 0;
        ended = chunk.length == 0;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted while sending the context");
      }
    }

    @Override
    public void close() {
      readerGone = true;
      // Frees a writer that waits for room.
      chunks.clear();
    }
  }
}
