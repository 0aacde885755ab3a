package dev.brickyard.engine.image;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The manifests of an image, one or more per platform (OCI image specification, "Image Index";
 * Docker's "manifest list" has the same form).
 */
public record ImageIndex(
    String mediaType, List<Descriptor> manifests, Map<String, String> annotations) {
  /** Copies the collections. */
  public ImageIndex {
    manifests = List.copyOf(manifests);
    annotations = Map.copyOf(annotations);
  }

  /** An OCI index of these manifests, each with its platform set. */
  public static ImageIndex oci(List<Descriptor> manifests) {
    return new ImageIndex(MediaTypes.OCI_INDEX, manifests, Map.of());
  }

  /**
   * An index of these manifests.
   *
   * @param oci false for Docker's manifest list
   */
  public static ImageIndex of(
      boolean oci, List<Descriptor> manifests, Map<String, String> annotations) {
    return new ImageIndex(
        oci ? MediaTypes.OCI_INDEX : MediaTypes.DOCKER_LIST, manifests, annotations);
  }

  /**
   * Reads an index of either kind. Entries this farm cannot address (another digest algorithm) are
   * left out, unknown fields ignored.
   *
   * @throws IllegalArgumentException in one sentence, when it is no index
   */
  public static ImageIndex parse(byte[] json) {
    JsonNode root = ImageJson.readObject(json, "image index");
    JsonNode listed = root.path("manifests");
    if (!listed.isArray()) {
      throw new IllegalArgumentException("the image index lists no manifests");
    }
    List<Descriptor> manifests = new ArrayList<>();
    for (JsonNode entry : listed) {
      if (ImageJson.text(entry, "digest").startsWith("sha256:")) {
        manifests.add(ImageJson.readDescriptor(entry, "an entry of the image index"));
      }
    }
    String mediaType = ImageJson.text(root, "mediaType");
    return new ImageIndex(
        mediaType.isEmpty() ? MediaTypes.OCI_INDEX : mediaType,
        manifests,
        ImageJson.map(root, "annotations"));
  }

  /** The document to push; the same index always gives the same bytes. */
  public byte[] toJson() {
    return ImageJson.object(
        json -> {
          json.writeNumberField("schemaVersion", 2);
          json.writeStringField("mediaType", mediaType);
          json.writeArrayFieldStart("manifests");
          for (Descriptor manifest : manifests) {
            ImageJson.descriptor(json, manifest);
          }
          json.writeEndArray();
          ImageJson.map(json, "annotations", annotations);
        });
  }

  /** Type, digest and size of {@link #toJson()}. */
  public Descriptor descriptor() {
    byte[] json = toJson();
    return Descriptor.of(mediaType, Digest.of(json), json.length);
  }

  /**
   * The manifest to use for a platform: the closest variant that it can run, never a newer one
   * (containerd's rules: arm v7 runs v6 and v5, amd64 v3 runs v2 and plain).
   */
  public Optional<Descriptor> choose(Platform wanted) {
    return manifests.stream()
        .filter(entry -> entry.platform().filter(has -> runs(wanted, has)).isPresent())
        .sorted(
            Comparator.<Descriptor>comparingInt(
                    entry -> entry.platform().map(ImageIndex::level).orElse(0))
                .reversed())
        .findFirst();
  }

  private static boolean runs(Platform wanted, Platform has) {
    return wanted.os().equals(has.os())
        && wanted.architecture().equals(has.architecture())
        && (wanted.variant().equals(has.variant()) || level(has) <= level(wanted));
  }

  /** The number in a variant such as {@code v7}; that of the architecture's usual one if none. */
  private static int level(Platform platform) {
    String variant = platform.variant().orElse("");
    if (variant.matches("v[0-9]{1,2}")) {
      return Integer.parseInt(variant.substring(1));
    }
    return switch (platform.architecture()) {
      case "amd64" -> 1;
      case "arm64" -> 8;
      default -> 0;
    };
  }

  /** The platforms there are, in order, without attestations ({@code unknown/unknown}). */
  public List<Platform> platforms() {
    return manifests.stream()
        .flatMap(entry -> entry.platform().stream())
        .filter(platform -> !platform.os().equals("unknown"))
        .distinct()
        .toList();
  }
}
