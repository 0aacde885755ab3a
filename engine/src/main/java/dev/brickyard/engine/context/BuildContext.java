package dev.brickyard.engine.context;

import dev.brickyard.engine.layer.ImagePath;
import dev.brickyard.engine.layer.LayerEntry;
import dev.brickyard.engine.layer.LayerIndex;
import java.io.IOException;
import java.io.InputStream;

/**
 * The files sent with a build: an index that says what there is, and bytes fetched only when a step
 * copies them. Contains only files, directories, symlinks and FIFOs; no hard links (they were
 * turned into files of the same content) and no devices.
 */
public interface BuildContext {
  /** Every path of the context, before {@code .dockerignore} is applied. */
  LayerIndex index() throws IOException;

  /**
   * Whether a path of {@link #index()} was sent along without being part of the context: nothing
   * copies it.
   */
  default boolean isBeside(ImagePath path) {
    return false;
  }

  /**
   * The bytes of a file of {@link #index()}.
   *
   * @throws IOException when they cannot be read, or do not have the digest the index says
   */
  InputStream open(LayerEntry file) throws IOException;
}
