package dev.brickyard.engine;

import dev.brickyard.engine.image.Descriptor;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.layer.Layer;
import java.util.List;

/**
 * An image that was built and pushed by digest.
 *
 * @param manifest of the platform's image, its platform set
 * @param config digest of the image config
 */
public record BuildResult(Descriptor manifest, Digest config, List<Layer> layers) {
  public BuildResult {
    layers = List.copyOf(layers);
  }

  /** Compressed size of all layers, in bytes. */
  public long size() {
    return layers.stream().mapToLong(layer -> layer.blob().size()).sum();
  }
}
