package dev.brickyard.engine.registry;

import dev.brickyard.engine.image.Descriptor;
import dev.brickyard.engine.image.ImageConfig;
import dev.brickyard.engine.image.ImageReference;
import dev.brickyard.engine.image.Manifest;
import dev.brickyard.engine.layer.Layer;
import java.util.List;

/**
 * What a reference meant for one platform when it was looked up.
 *
 * @param reference as it was asked for
 * @param descriptor of the platform's manifest
 * @param layers lowest first
 * @param location where it was found: pull its blobs from here, mount them from here
 */
public record ResolvedImage(
    ImageReference reference,
    Descriptor descriptor,
    Manifest manifest,
    ImageConfig config,
    List<Layer> layers,
    RepositoryLocation location) {
  /** Copies the list. */
  public ResolvedImage {
    layers = List.copyOf(layers);
  }
}
