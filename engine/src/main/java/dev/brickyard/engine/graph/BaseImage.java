package dev.brickyard.engine.graph;

import dev.brickyard.engine.image.ImageConfig;
import dev.brickyard.engine.image.ImageReference;
import dev.brickyard.engine.layer.Layer;
import java.util.List;

/**
 * An image from a registry, as it was found.
 *
 * @param reference as written, with the digest of what it meant
 * @param layers lowest first
 */
public record BaseImage(ImageReference reference, ImageConfig config, List<Layer> layers) {
  public BaseImage {
    layers = List.copyOf(layers);
  }
}
