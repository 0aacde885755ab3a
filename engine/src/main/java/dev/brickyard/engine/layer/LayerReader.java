package dev.brickyard.engine.layer;

import dev.brickyard.engine.image.Digest;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Learns what a layer contains from one pass over its blob. */
public final class LayerReader {
  private static final int BUFFER = 1 << 16;

  private LayerReader() {}

  /** Gets every entry of a layer in the order of its tar, those of the root included. */
  @FunctionalInterface
  public interface EntrySink {
    /**
     * @param entry of a file the digest is not known yet
     * @param content of a file its bytes, of which not all need be read; else nothing
     */
    void add(LayerEntry entry, InputStream content) throws IOException;
  }

  /** Reads with {@link TarLimits#LAYER}, unpacking nothing. */
  public static IndexedLayer readIndex(InputStream blob) throws IOException {
    return readIndex(blob, TarLimits.LAYER);
  }

  /**
   * Reads a layer's blob (gzip, zstd or plain tar) to its end, without closing it.
   *
   * @throws IOException when it is no such thing, damaged, hostile or beyond the limits
   */
  public static IndexedLayer readIndex(InputStream blob, TarLimits limits) throws IOException {
    return read(LayerStreams.uncompressed(blob), limits, (entry, content) -> {});
  }

  /**
   * Reads a layer's tar to its end, without closing it, and hands everything in it on.
   *
   * @throws IOException when it is damaged, hostile or beyond the limits, or the sink refuses
   */
  public static IndexedLayer read(InputStream tar, TarLimits limits, EntrySink sink)
      throws IOException {
    MessageDigest diff = Digest.newSha256();
    TarReader reader = new TarReader(new DigestInputStream(tar, diff), limits);
    List<LayerEntry> entries = new ArrayList<>();
    Map<ImagePath, byte[]> inlined = new HashMap<>();
    MessageDigest digest = Digest.newSha256();
    byte[] buffer = new byte[BUFFER];
    for (TarHeader header = reader.next(); header != null; header = reader.next()) {
      @Nullable LayerEntry entry = LayerNames.entry(header);
      if (entry == null) {
        continue;
      }
      if (entry.type() != EntryType.FILE) {
        sink.add(entry, InputStream.nullInputStream());
      } else {
        @Nullable ByteArrayOutputStream copy = Inlining.copyFor(entry);
        Content content = new Content(reader, digest, copy);
        sink.add(entry, content);
        content.drain(buffer);
        entry = LayerNames.withDigest(entry, Digest.of(digest));
        inlined.remove(entry.path());
        if (copy != null) {
          inlined.put(entry.path(), copy.toByteArray());
        }
      }
      if (!entry.path().isRoot() || entry.type() != EntryType.DIRECTORY) {
        if (entry.type() != EntryType.FILE) {
          inlined.remove(entry.path());
        }
        entries.add(entry);
      }
    }
    reader.drain();
    return new IndexedLayer(Digest.of(diff), new LayerIndex(entries, inlined));
  }

  /** A file's bytes on their way, hashed, and copied when an index carries them. */
  private static final class Content extends FilterInputStream {
    private final MessageDigest digest;
    private final @Nullable ByteArrayOutputStream copy;

    Content(InputStream in, MessageDigest digest, @Nullable ByteArrayOutputStream copy) {
      super(in);
      this.digest = digest;
      this.copy = copy;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int n = in.read(bytes, offset, length);
      if (n > 0) {
        digest.update(bytes, offset, n);
        if (copy != null) {
          copy.write(bytes, offset, n);
        }
      }
      return n;
    }

    void drain(byte[] buffer) throws IOException {
      while (read(buffer, 0, buffer.length) >= 0) {
        // Hashed on the way.
      }
    }

    @Override
    public void close() {
      // The tar goes on behind it.
    }
  }
}
