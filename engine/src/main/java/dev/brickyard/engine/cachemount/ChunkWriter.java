package dev.brickyard.engine.cachemount;

import dev.brickyard.engine.image.Digest;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

/**
 * A stream of bytes, cut into chunks that are handed on. Many small files are written to one, so
 * that they make few chunks. Not for use by several threads.
 */
final class ChunkWriter {
  private static final FastCdc CDC = new FastCdc(256 << 10, 1 << 20, Chunk.MAXIMUM);

  /** Gets each chunk, in order; the bytes are the callee's to keep. */
  interface Sink {
    void accept(Chunk chunk, ChunkBytes bytes) throws IOException;
  }

  /** A chunk's bytes, copied only where they are needed. */
  interface ChunkBytes {
    byte[] copy();
  }

  private final Sink sink;
  private final byte[] buffer = new byte[2 * Chunk.MAXIMUM];
  private final List<Chunk> chunks = new ArrayList<>();
  private final List<Long> starts = new ArrayList<>();
  private int filled;
  private long cut;

  ChunkWriter(Sink sink) {
    this.sink = sink;
  }

  /** How many bytes were written. */
  long position() {
    return cut + filled;
  }

  void write(byte[] bytes, int offset, int length) throws IOException {
    int at = offset;
    int left = length;
    while (left > 0) {
      int n = Math.min(left, buffer.length - filled);
      System.arraycopy(bytes, at, buffer, filled, n);
      filled += n;
      at += n;
      left -= n;
      if (filled == buffer.length) {
        cut(CDC.maximum());
      }
    }
  }

  /** Hands on the rest. */
  void finish() throws IOException {
    cut(1);
  }

  /** Cuts as long as that many bytes are there. */
  private void cut(int atLeast) throws IOException {
    int from = 0;
    while (filled - from >= atLeast) {
      int length = CDC.cut(buffer, from, filled - from);
      emit(from, length);
      from += length;
    }
    System.arraycopy(buffer, from, buffer, 0, filled - from);
    filled -= from;
  }

  private void emit(int from, int length) throws IOException {
    MessageDigest sha256 = Digest.newSha256();
    sha256.update(buffer, from, length);
    Chunk chunk = new Chunk(Digest.of(sha256), length);
    starts.add(cut);
    chunks.add(chunk);
    cut += length;
    sink.accept(chunk, () -> java.util.Arrays.copyOfRange(buffer, from, from + length));
  }

  /** Where a range of what was written is, once it is {@linkplain #finish finished}. */
  List<Slice> slices(long start, long length) {
    List<Slice> slices = new ArrayList<>();
    long end = start + length;
    long at = start;
    for (int i = chunkAt(start); at < end; i++) {
      Chunk chunk = chunks.get(i);
      int offset = (int) (at - starts.get(i));
      int n = (int) Math.min(end - at, chunk.size() - offset);
      slices.add(new Slice(chunk, offset, n));
      at += n;
    }
    return slices;
  }

  private int chunkAt(long position) {
    int low = java.util.Collections.binarySearch(starts, position);
    return low >= 0 ? low : -low - 2;
  }
}
