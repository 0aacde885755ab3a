package dev.brickyard.engine.erofs;

import dev.brickyard.engine.cache.CorruptBlobException;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.layer.IndexedLayer;
import dev.brickyard.engine.layer.LayerReader;
import dev.brickyard.engine.layer.LayerStreams;
import dev.brickyard.engine.layer.ReadAheadStream;
import dev.brickyard.engine.layer.TarLimits;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;

/** Makes an image of a layer in one pass over its blob, and its index on the way. */
public final class LayerImager {
  private LayerImager() {}

  /**
   * Reads a layer's blob (gzip, zstd or plain tar) to its end, without closing it.
   *
   * @param image made new; worth nothing when this fails
   * @return what was learnt
   * @throws CorruptBlobException when its tar has another digest
   * @throws IOException when it is damaged, hostile, or the disk refuses
   */
  public static IndexedLayer write(InputStream blob, Digest diffId, Path image) throws IOException {
    try (ErofsWriter writer = new ErofsWriter(image);
        ReadAheadStream tar = new ReadAheadStream(LayerStreams.uncompressed(blob))) {
      IndexedLayer layer = LayerReader.read(tar, TarLimits.LAYER, writer::add);
      if (!layer.diffId().equals(diffId)) {
        throw new CorruptBlobException(diffId, layer.diffId().toString());
      }
      writer.finish();
      return layer;
    }
  }
}
