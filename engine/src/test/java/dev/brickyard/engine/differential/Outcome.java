package dev.brickyard.engine.differential;

import java.util.Optional;

/** How a builder ended with a case. */
sealed interface Outcome {
  /** It made an image. */
  record Built(ImageFacts facts) implements Outcome {}

  /**
   * It refused.
   *
   * @param line of the Dockerfile that it blames
   */
  record Failed(String said, Optional<Integer> line) implements Outcome {}
}
