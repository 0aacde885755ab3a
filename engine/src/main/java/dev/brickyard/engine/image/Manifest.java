package dev.brickyard.engine.image;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The manifest of one platform's image: its config and its layers, lowest first (OCI image
 * specification, "Image Manifest"; Docker's "schema 2" has the same form).
 */
public record Manifest(
    String mediaType, Descriptor config, List<Descriptor> layers, Map<String, String> annotations) {
  /** Copies the collections. */
  public Manifest {
    layers = List.copyOf(layers);
    annotations = Map.copyOf(annotations);
  }

  /** An OCI manifest; Docker's media types of base layers become OCI's, for the same content. */
  public static Manifest oci(Descriptor config, List<Descriptor> layers) {
    return new Manifest(
        MediaTypes.OCI_MANIFEST, config, layers.stream().map(Manifest::asOci).toList(), Map.of());
  }

  private static Descriptor asOci(Descriptor layer) {
    String mediaType =
        switch (layer.mediaType()) {
          case MediaTypes.DOCKER_LAYER_GZIP -> MediaTypes.OCI_LAYER_GZIP;
          case "application/vnd.docker.image.rootfs.diff.tar" -> MediaTypes.OCI_LAYER;
          case "application/vnd.docker.image.rootfs.diff.tar.zstd" -> MediaTypes.OCI_LAYER_ZSTD;
          case String other -> other;
        };
    return new Descriptor(
        mediaType, layer.digest(), layer.size(), layer.platform(), layer.annotations());
  }

  /**
   * Reads a manifest of either kind; unknown fields are ignored.
   *
   * @throws IllegalArgumentException in one sentence, when it is no image manifest
   */
  public static Manifest parse(byte[] json) {
    JsonNode root = ImageJson.readObject(json, "image manifest");
    String mediaType = ImageJson.text(root, "mediaType");
    List<Descriptor> layers = new ArrayList<>();
    JsonNode listed = root.path("layers");
    if (!listed.isArray()) {
      throw new IllegalArgumentException("the image manifest lists no layers");
    }
    listed.forEach(
        layer -> layers.add(ImageJson.readDescriptor(layer, "a layer of the image manifest")));
    return new Manifest(
        mediaType.isEmpty() ? MediaTypes.OCI_MANIFEST : mediaType,
        ImageJson.readDescriptor(root.get("config"), "the config of the image manifest"),
        layers,
        ImageJson.map(root, "annotations"));
  }

  /** The document to push; the same manifest always gives the same bytes. */
  public byte[] toJson() {
    return ImageJson.object(
        json -> {
          json.writeNumberField("schemaVersion", 2);
          json.writeStringField("mediaType", mediaType);
          json.writeFieldName("config");
          ImageJson.descriptor(json, config);
          json.writeArrayFieldStart("layers");
          for (Descriptor layer : layers) {
            ImageJson.descriptor(json, layer);
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
}
