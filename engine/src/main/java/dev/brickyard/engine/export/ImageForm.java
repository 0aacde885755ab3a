package dev.brickyard.engine.export;

import dev.brickyard.engine.image.Descriptor;
import dev.brickyard.engine.image.ImageConfig;
import dev.brickyard.engine.image.Manifest;
import dev.brickyard.engine.layer.Compression;
import dev.brickyard.engine.layer.Layer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How an image is written down: the same image has other digests in another form.
 *
 * @param ociTypes false for Docker's media types
 * @param compression of layers; as the cache has them when empty
 * @param level of the compression; the compression's usual one when empty
 * @param force true to compress the base image's layers anew, too
 * @param annotations of the manifest
 * @param descriptorAnnotations of the manifest's entry in an index
 */
public record ImageForm(
    boolean ociTypes,
    Optional<Compression> compression,
    OptionalInt level,
    boolean force,
    Map<String, String> annotations,
    Map<String, String> descriptorAnnotations) {
  /** OCI's media types, layers as they are, no annotation. */
  public static final ImageForm DEFAULT =
      new ImageForm(true, Optional.empty(), OptionalInt.empty(), false, Map.of(), Map.of());

  public ImageForm {
    annotations = Map.copyOf(annotations);
    descriptorAnnotations = Map.copyOf(descriptorAnnotations);
  }

  /** True when layers stay as the cache and the base image have them. */
  public boolean keepsLayers() {
    return compression.isEmpty() && level.isEmpty();
  }

  /** What layers are to be packed with. */
  public Compression packedWith() {
    return compression.orElse(Compression.GZIP);
  }

  /** The manifest of an image whose layers are in this form already. */
  public Manifest manifest(ImageConfig config, List<Layer> layers) {
    List<Descriptor> blobs = layers.stream().map(Layer::blob).toList();
    Manifest manifest =
        ociTypes
            ? Manifest.oci(config.descriptor(), blobs)
            : Manifest.docker(config.descriptor(), blobs);
    return manifest.withAnnotations(annotations);
  }
}
