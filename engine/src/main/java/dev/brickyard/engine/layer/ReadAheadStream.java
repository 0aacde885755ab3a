package dev.brickyard.engine.layer;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Reads a stream on a thread of its own, some pieces ahead, so that inflating goes on while what
 * was inflated is hashed and written. For one reader.
 */
public final class ReadAheadStream extends InputStream {
  private static final int PIECE = 1 << 18;
  private static final int AHEAD = 8;

  /**
   * @param length how many of the bytes count
   * @param last true when nothing comes behind it
   * @param failure what ended the stream instead of its end
   */
  private record Piece(byte[] bytes, int length, boolean last, @Nullable IOException failure) {}

  private final BlockingQueue<Piece> pieces = new ArrayBlockingQueue<>(AHEAD);
  private final BlockingQueue<byte[]> spare = new ArrayBlockingQueue<>(AHEAD + 2);
  private final Thread reader;
  private Piece current = new Piece(new byte[0], 0, false, null);
  private int at;

  /** Begins reading at once. The stream is the reader's from now on, but is not closed by it. */
  public ReadAheadStream(InputStream in) {
    this.reader = Thread.ofPlatform().daemon().name("inflate").start(() -> readAll(in));
  }

  private void readAll(InputStream in) {
    try {
      Piece piece;
      do {
        byte @Nullable [] free = spare.poll();
        piece = read(in, free == null ? new byte[PIECE] : free);
        pieces.put(piece);
      } while (!piece.last());
    } catch (InterruptedException e) {
      // Closed: nobody reads what would come.
    }
  }

  private static Piece read(InputStream in, byte[] bytes) {
    try {
      int n = in.readNBytes(bytes, 0, bytes.length);
      return new Piece(bytes, n, n < bytes.length, null);
    } catch (IOException e) {
      return new Piece(bytes, 0, true, e);
    } catch (RuntimeException e) {
      return new Piece(bytes, 0, true, new IOException("the layer cannot be read", e));
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (at == current.length() && !next()) {
      return -1;
    }
    int n = Math.min(length, current.length() - at);
    System.arraycopy(current.bytes(), at, bytes, offset, n);
    at += n;
    return n;
  }

  /** Goes on to the next piece; false at the end, however often it is asked. */
  private boolean next() throws IOException {
    while (at == current.length()) {
      if (current.failure() != null) {
        throw new IOException(current.failure().getMessage(), current.failure());
      }
      if (current.last()) {
        return false;
      }
      if (current.bytes().length == PIECE) {
        var _ = spare.offer(current.bytes());
      }
      try {
        current = pieces.take();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("reading the layer was interrupted");
      }
      at = 0;
    }
    return true;
  }

  /** Stops reading ahead; returns when the other thread has let go of the stream. */
  @Override
  public void close() throws IOException {
    reader.interrupt();
    boolean interrupted = false;
    while (reader.isAlive()) {
      try {
        reader.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
