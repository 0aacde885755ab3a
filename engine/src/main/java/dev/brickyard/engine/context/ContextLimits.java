package dev.brickyard.engine.context;

/**
 * Bounds for an archive that is received.
 *
 * @param totalBytes of the uncompressed archive
 * @param entries files, directories and links, missing parent directories counted too
 * @param pathBytes of one path
 * @param indexBytes of all paths and link targets together: what the index costs in memory
 * @param ratio how many times larger than what was sent the archive may become; checked beyond
 *     {@code ratioFreeBytes} only, since small archives of zeros are harmless
 * @param ratioFreeBytes see {@code ratio}
 * @param captureBytes of one captured file
 */
public record ContextLimits(
    long totalBytes,
    int entries,
    int pathBytes,
    long indexBytes,
    long ratio,
    long ratioFreeBytes,
    int captureBytes) {
  /** Enough for every honest context; an index within it fits a heap of 512 MB. */
  public static final ContextLimits DEFAULT =
      new ContextLimits(32L << 30, 500_000, 4096, 64L << 20, 500, 1L << 30, 4 << 20);
}
