package dev.brickyard.engine.cachemount;

import dev.brickyard.engine.image.Digest;

/**
 * A piece of content in the store.
 *
 * @param digest of its plain bytes
 * @param size in plain bytes
 */
public record Chunk(Digest digest, int size) {
  /** Larger ones are never made; reading one is refused. */
  public static final int MAXIMUM = 2 << 20;

  public Chunk {
    if (size < 1 || size > MAXIMUM) {
      throw new IllegalArgumentException("a chunk cannot have " + size + " bytes");
    }
  }
}
