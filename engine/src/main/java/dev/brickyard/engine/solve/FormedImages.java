package dev.brickyard.engine.solve;

import dev.brickyard.engine.export.Attestation;
import dev.brickyard.engine.export.FormedImage;
import dev.brickyard.engine.export.ImageForm;
import dev.brickyard.engine.export.ProvenanceStatement;
import dev.brickyard.engine.image.ImageConfig;
import dev.brickyard.engine.image.ImageReference;
import dev.brickyard.engine.layer.Layer;
import java.util.List;
import java.util.Optional;

/**
 * The image that a build made, in whatever form it is asked for.
 *
 * @param layers as the cache has them
 * @param ofBase how many of them are the base image's
 * @param said what is said about it in every form
 */
record FormedImages(
    LayerForms forms,
    ImageConfig config,
    List<Layer> layers,
    int ofBase,
    Optional<ProvenanceStatement> said) {
  /**
   * The image in a form, with what is said about it.
   *
   * @param names it goes by
   */
  FormedImage of(ImageForm form, List<ImageReference> names) throws Exception {
    FormedImage image = plain(form);
    return said.map(
            statement ->
                image.with(
                    Attestation.about(
                        image.descriptor(),
                        statement.aboutImage(image.descriptor().digest(), names),
                        statement.predicateType())))
        .orElse(image);
  }

  /** The image in a form, nothing said about it. */
  FormedImage plain(ImageForm form) throws Exception {
    return FormedImage.of(config, forms.in(layers, ofBase, form), form);
  }
}
