package dev.brickyard.engine.registry;

import dev.brickyard.engine.image.ImageConfig;
import dev.brickyard.engine.image.Manifest;
import dev.brickyard.engine.layer.Layer;
import java.util.List;
import java.util.Optional;

/**
 * An image to push: its config, and its layers with where their content comes from.
 *
 * @param layers lowest first, as many as the config has diff ids
 * @param manifest of them
 */
public record ImageToPush(ImageConfig config, List<PushableLayer> layers, Manifest manifest) {
  /** With the usual manifest of OCI's media types. */
  public ImageToPush(ImageConfig config, List<PushableLayer> layers) {
    this(
        config,
        layers,
        Manifest.oci(
            config.descriptor(), layers.stream().map(layer -> layer.layer().blob()).toList()));
  }

  /** Copies the list; throws {@link IllegalArgumentException} when config and layers differ. */
  public ImageToPush {
    layers = List.copyOf(layers);
    if (!layers.stream().map(layer -> layer.layer().diffId()).toList().equals(config.diffIds())) {
      throw new IllegalArgumentException("the image config names other layers than are given");
    }
  }

  /**
   * A layer.
   *
   * @param foundAt a repository that holds its blob, such as the base image's, to mount it from
   * @param source its content, opened only when it has to be uploaded
   */
  public record PushableLayer(
      Layer layer, Optional<RepositoryLocation> foundAt, BlobSource source) {}
}
