package dev.brickyard.engine.layer;

import java.io.IOException;

public final class LayerIndexCodec {
  private LayerIndexCodec() {}

  /** The index as bytes: the same index always gives the same bytes. */
  public static byte[] encode(LayerIndex index) {
    throw new UnsupportedOperationException(index.toString());
  }

  /**
   * Reads what {@link #encode} wrote.
   *
   * @throws IOException when the bytes are anything else
   */
  public static LayerIndex decode(byte[] encoded) throws IOException {
    throw new IOException("not yet " + encoded.length);
  }
}
