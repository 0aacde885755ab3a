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

  /**
   * A manifest in Docker's media types, which registries and engines older than OCI ask for. Layers
   * have no annotations in it.
   */
  public static Manifest docker(Descriptor config, List<Descriptor> layers) {
    return new Manifest(
        MediaTypes.DOCKER_MANIFEST,
        Descriptor.of(MediaTypes.DOCKER_CONFIG, config.digest(), config.size()),
        layers.stream().map(Manifest::asDocker).toList(),
        Map.of());
  }

  /** The same manifest, with these annotations. */
  public Manifest withAnnotations(Map<String, String> annotations) {
    return new Manifest(mediaType, config, layers, annotations);
  }

  private static Descriptor asDocker(Descriptor layer) {
    String mediaType =
        switch (layer.mediaType()) {
          case MediaTypes.OCI_LAYER_GZIP -> MediaTypes.DOCKER_LAYER_GZIP;
          case MediaTypes.OCI_LAYER -> MediaTypes.DOCKER_LAYER;
          case MediaTypes.OCI_LAYER_ZSTD -> MediaTypes.DOCKER_LAYER_ZSTD;
          case String other -> other;
        };
    return Descriptor.of(mediaType, layer.digest(), layer.size());
  }

  /** The layer by its OCI media type, whatever it was found under. */
  public static Descriptor asOci(Descriptor layer) {
    String mediaType =
        switch (layer.mediaType()) {
          case MediaTypes.DOCKER_LAYER_GZIP -> MediaTypes.OCI_LAYER_GZIP;
          case MediaTypes.DOCKER_LAYER -> MediaTypes.OCI_LAYER;
          case MediaTypes.DOCKER_LAYER_ZSTD -> MediaTypes.OCI_LAYER_ZSTD;
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
