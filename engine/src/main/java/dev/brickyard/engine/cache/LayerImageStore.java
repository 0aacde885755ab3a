package dev.brickyard.engine.cache;

import dev.brickyard.engine.image.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The shared store of layer images: layers as packed file systems, by their diff id. A layer image
 * only saves time: without it the layer's blob does. Its content says itself what layer it is and
 * how each part must hash; the store checks nothing. Safe for use by many threads and workers.
 */
public interface LayerImageStore {
  /** A store that has nothing and keeps nothing. */
  LayerImageStore NONE = new NoLayerImages();

  /** True when there is an image of the layer. */
  boolean has(Digest diffId) throws IOException;

  /** Opens the image at its beginning; empty when there is none. The caller closes the stream. */
  Optional<InputStream> open(Digest diffId) throws IOException;

  /**
   * Opens a part of the image; shorter where the image ends before; empty when there is none, or it
   * ends at or before the offset.
   *
   * @param length in bytes, at least 1
   */
  Optional<InputStream> open(Digest diffId, long offset, long length) throws IOException;

  /**
   * Stores an image, atomically and durably; one that is there already stays.
   *
   * @param file does not change meanwhile
   */
  void put(Digest diffId, Path file) throws IOException;

  /** Removes an image that was found damaged; nothing happens when there is none. */
  void discard(Digest diffId) throws IOException;
}
