package dev.brickyard.engine.layer;

/**
 * Bounds on what is read from a stranger's archive.
 *
 * @param bytes of the uncompressed tar
 * @param entries in it
 */
public record TarLimits(long bytes, long entries) {
  /** Far above any real layer, far below what would harm a worker. */
  public static final TarLimits LAYER = new TarLimits(256L << 30, 4_000_000);
}
