package dev.brickyard.engine.export;

import dev.brickyard.engine.image.Descriptor;
import dev.brickyard.engine.image.ImageConfig;
import dev.brickyard.engine.image.Manifest;
import dev.brickyard.engine.layer.Layer;
import java.util.List;
import java.util.Optional;

/**
 * One platform's image in one form, ready to be written.
 *
 * @param layers lowest first, in that form
 * @param attestation what is said about it
 */
public record FormedImage(
    ImageConfig config,
    List<Layer> layers,
    Manifest manifest,
    Descriptor descriptor,
    Optional<Attestation> attestation) {
  public FormedImage {
    layers = List.copyOf(layers);
  }

  /** The image in a form. */
  public static FormedImage of(ImageConfig config, List<Layer> layers, ImageForm form) {
    Manifest manifest = form.manifest(config, layers);
    Descriptor descriptor =
        manifest
            .descriptor()
            .forPlatform(config.platform())
            .withAnnotations(form.descriptorAnnotations());
    return new FormedImage(config, layers, manifest, descriptor, Optional.empty());
  }

  /** The same image, with something said about it. */
  public FormedImage with(Attestation attestation) {
    return new FormedImage(config, layers, manifest, descriptor, Optional.of(attestation));
  }
}
