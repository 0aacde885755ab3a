package dev.brickyard.engine;

import dev.brickyard.engine.image.Descriptor;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.layer.Layer;
import java.util.List;
import java.util.Optional;

/**
 * An image that was built and pushed by digest.
 *
 * @param manifest of the platform's image, its platform set
 * @param config digest of the image config
 * @param attestation what stands beside the image in an index, when something is said about it
 */
public record BuildResult(
    Descriptor manifest, Digest config, List<Layer> layers, Optional<Descriptor> attestation) {
  public BuildResult {
    layers = List.copyOf(layers);
  }

  /** An image about which nothing is said. */
  public BuildResult(Descriptor manifest, Digest config, List<Layer> layers) {
    this(manifest, config, layers, Optional.empty());
  }

  /** Compressed size of all layers, in bytes. */
  public long size() {
    return layers.stream().mapToLong(layer -> layer.blob().size()).sum();
  }
}
