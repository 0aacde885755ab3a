package dev.brickyard.engine.layer;

import dev.brickyard.engine.image.Descriptor;
import dev.brickyard.engine.image.Digest;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;

/** Where a {@link LayerWriter} puts the bytes of the tar. */
interface LayerOutput extends Closeable {
  /** A blob on local disk. */
  record Blob(Descriptor descriptor, Path file) {}

  /** Takes the first {@code count} bytes; the array is the caller's again on return. */
  void write(byte[] bytes, int offset, int count) throws IOException;

  /**
   * Ends the tar.
   *
   * @param diffId the digest of all that was written
   * @param size how much was written, in bytes
   */
  Blob finish(Digest diffId, long size) throws IOException;

  /** Leaves nothing behind when the tar was not ended. */
  @Override
  void close() throws IOException;
}
