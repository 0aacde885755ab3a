package dev.brickyard.contracts;

/**
 * A manifest that was pushed by digest.
 *
 * @param digest {@code sha256:…}
 * @param size of the manifest, in bytes
 * @param imageSize compressed size of its layers, in bytes
 */
public record ImageManifest(
    String platform, String mediaType, String digest, long size, long imageSize) {}
