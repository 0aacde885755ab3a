package dev.brickyard.engine.graph;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.image.ImageReference;
import dev.brickyard.engine.image.Platform;

/** Finds the images a Dockerfile names. One name always means the same within one build. */
public interface BaseImages {
  /** Says that the image will be asked for, so that several are looked up at once. */
  void expect(ImageReference reference, Platform platform);

  /**
   * The image for a platform.
   *
   * @throws BuildFailure when there is no such image, or none for the platform, or the registry
   *     cannot be asked
   */
  BaseImage find(ImageReference reference, Platform platform)
      throws BuildFailure, InterruptedException;
}
