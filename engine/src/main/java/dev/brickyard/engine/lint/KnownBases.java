package dev.brickyard.engine.lint;

import dev.brickyard.engine.image.ImageConfig;
import java.util.Optional;

/** The configs of the images that stages begin with, as far as they are known. */
@FunctionalInterface
public interface KnownBases {
  /** When no registry was asked. */
  KnownBases NONE = stage -> Optional.empty();

  /**
   * The config of the image that a stage begins with; empty when it is not known.
   *
   * @param stage index
   */
  Optional<ImageConfig> of(int stage);
}
