package dev.brickyard.contracts;

import org.jspecify.annotations.Nullable;

/**
 * A manifest that was pushed by digest.
 *
 * @param digest {@code sha256:…}
 * @param size of the manifest, in bytes
 * @param imageSize compressed size of its layers, in bytes
 * @param attestation the manifest of what is said about it; null when nothing is
 */
public record ImageManifest(
    String platform,
    String mediaType,
    String digest,
    long size,
    long imageSize,
    @Nullable Attestation attestation) {
  /** A manifest about which nothing is said. */
  public ImageManifest(
      String platform, String mediaType, String digest, long size, long imageSize) {
    this(platform, mediaType, digest, size, imageSize, null);
  }

  /**
   * A manifest that stands beside an image's in an index, pushed with it.
   *
   * @param digest {@code sha256:…}
   * @param size of the manifest, in bytes
   */
  public record Attestation(String digest, long size) {}
}
