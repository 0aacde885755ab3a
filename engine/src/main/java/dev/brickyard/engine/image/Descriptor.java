package dev.brickyard.engine.image;

import java.util.Map;
import java.util.Optional;

/**
 * Names a piece of content by type, digest and size (OCI image specification, "Content
 * Descriptors").
 *
 * @param size in bytes
 * @param platform set in the entries of an image index
 */
public record Descriptor(
    String mediaType,
    Digest digest,
    long size,
    Optional<Platform> platform,
    Map<String, String> annotations) {
  /** Copies the annotations; throws {@link IllegalArgumentException} on a negative size. */
  public Descriptor {
    if (size < 0) {
      throw new IllegalArgumentException("a descriptor's size cannot be " + size);
    }
    annotations = Map.copyOf(annotations);
  }

  /** A descriptor without platform or annotations. */
  public static Descriptor of(String mediaType, Digest digest, long size) {
    return new Descriptor(mediaType, digest, size, Optional.empty(), Map.of());
  }

  /** The same content, with these annotations instead. */
  public Descriptor withAnnotations(Map<String, String> annotations) {
    return new Descriptor(mediaType, digest, size, platform, annotations);
  }

  /** The same content, said to be for this platform. */
  public Descriptor forPlatform(Platform platform) {
    return new Descriptor(mediaType, digest, size, Optional.of(platform), annotations);
  }
}
