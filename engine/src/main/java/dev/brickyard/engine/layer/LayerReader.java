package dev.brickyard.engine.layer;

import dev.brickyard.engine.image.Digest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Learns what a layer contains from one pass over its blob, unpacking nothing. */
public final class LayerReader {
  private LayerReader() {}

  /** Reads with {@link TarLimits#LAYER}. */
  public static IndexedLayer readIndex(InputStream blob) throws IOException {
    return readIndex(blob, TarLimits.LAYER);
  }

  /**
   * Reads a layer's blob (gzip, zstd or plain tar) to its end, without closing it.
   *
   * @throws IOException when it is no such thing, damaged, hostile or beyond the limits
   */
  public static IndexedLayer readIndex(InputStream blob, TarLimits limits) throws IOException {
    MessageDigest diff = Digest.newSha256();
    InputStream tar = new DigestInputStream(LayerStreams.uncompressed(blob), diff);
    TarReader reader = new TarReader(tar, limits);
    List<LayerEntry> entries = new ArrayList<>();
    Map<ImagePath, byte[]> inlined = new HashMap<>();
    MessageDigest content = Digest.newSha256();
    byte[] buffer = new byte[1 << 16];
    for (TarHeader header = reader.next(); header != null; header = reader.next()) {
      @Nullable LayerEntry entry = LayerNames.entry(header);
      if (entry == null || (entry.path().isRoot() && entry.type() == EntryType.DIRECTORY)) {
        continue;
      }
      inlined.remove(entry.path());
      if (entry.type() == EntryType.FILE) {
        @Nullable ByteArrayOutputStream copy = Inlining.copyFor(entry);
        for (int n = reader.read(buffer); n >= 0; n = reader.read(buffer)) {
          content.update(buffer, 0, n);
          if (copy != null) {
            copy.write(buffer, 0, n);
          }
        }
        entry = LayerNames.withDigest(entry, Digest.of(content));
        if (copy != null) {
          inlined.put(entry.path(), copy.toByteArray());
        }
      }
      entries.add(entry);
    }
    reader.drain();
    return new IndexedLayer(Digest.of(diff), new LayerIndex(entries, inlined));
  }
}
