package dev.brickyard.engine.layer;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * Writes one gzip member (RFC 1952), its blocks deflated on several processors as pigz does: each
 * block knows the 32 KiB before it as its dictionary and ends on a byte boundary. The bytes depend
 * on the content alone, not on the number of processors.
 */
final class ParallelGzipOutputStream extends OutputStream {
  private static final int BLOCK = 1 << 18;
  private static final int WINDOW = 1 << 15;
  // Deflate, no name, no time, unknown system: nothing that differs between machines.
  private static final byte[] HEADER = {0x1F, (byte) 0x8B, 8, 0, 0, 0, 0, 0, 0, (byte) 0xFF};

  private final OutputStream out;
  private final Executor executor;
  private final int level;
  private final int ahead;
  private final Deque<FutureTask<byte[]>> pending = new ArrayDeque<>();
  private final CRC32 crc = new CRC32();
  private byte[] block = new byte[BLOCK];
  private byte[] dictionary = new byte[0];
  private int filled;
  private long length;
  private boolean finished;

  /**
   * @param executor runs the deflating
   * @param ahead how many blocks may be under way at once
   */
  ParallelGzipOutputStream(OutputStream out, int level, Executor executor, int ahead)
      throws IOException {
    this.out = out;
    this.level = level;
    this.executor = executor;
    this.ahead = ahead;
    out.write(HEADER);
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int count) throws IOException {
    crc.update(bytes, offset, count);
    length += count;
    int from = offset;
    int left = count;
    while (left > 0) {
      if (filled == BLOCK) {
        submit(false);
      }
      int n = Math.min(left, BLOCK - filled);
      System.arraycopy(bytes, from, block, filled, n);
      filled += n;
      from += n;
      left -= n;
    }
  }

  private void submit(boolean last) throws IOException {
    byte[] content = block;
    int size = filled;
    byte[] before = dictionary;
    FutureTask<byte[]> task = new FutureTask<>(() -> deflate(content, size, before, last));
    pending.addLast(task);
    executor.execute(task);
    dictionary = Arrays.copyOfRange(content, Math.max(0, size - WINDOW), size);
    block = new byte[last ? 0 : BLOCK];
    filled = 0;
    while (pending.size() > (last ? 0 : ahead)) {
      out.write(result(pending.removeFirst()));
    }
  }

  private static byte[] result(FutureTask<byte[]> task) throws IOException {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return task.get();
        } catch (InterruptedException e) {
          // A block is done within milliseconds; who is interrupted finds out right after.
          interrupted = true;
        } catch (ExecutionException e) {
          throw new IOException("cannot compress", e.getCause());
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private byte[] deflate(byte[] content, int size, byte[] before, boolean last) {
    Deflater deflater = new Deflater(level, true);
    try {
      if (before.length > 0) {
        deflater.setDictionary(before);
      }
      deflater.setInput(content, 0, size);
      if (last) {
        deflater.finish();
      }
      int flush = last ? Deflater.NO_FLUSH : Deflater.SYNC_FLUSH;
      ByteArrayOutputStream deflated = new ByteArrayOutputStream(size / 2 + 64);
      byte[] chunk = new byte[1 << 15];
      while (true) {
        int n = deflater.deflate(chunk, 0, chunk.length, flush);
        deflated.write(chunk, 0, n);
        if (last ? deflater.finished() : n < chunk.length) {
          return deflated.toByteArray();
        }
      }
    } finally {
      deflater.end();
    }
  }

  /** Writes all that is left and the trailer; the stream below stays open. */
  void finish() throws IOException {
    if (finished) {
      return;
    }
    finished = true;
    submit(true);
    byte[] trailer = new byte[8];
    for (int i = 0; i < 4; i++) {
      trailer[i] = (byte) (crc.getValue() >>> (8 * i));
      trailer[4 + i] = (byte) (length >>> (8 * i));
    }
    out.write(trailer);
  }

  @Override
  public void close() throws IOException {
    finish();
    out.close();
  }
}
