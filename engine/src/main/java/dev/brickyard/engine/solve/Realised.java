package dev.brickyard.engine.solve;

import dev.brickyard.engine.cache.StepRecord;

/** How a step got its layer. */
sealed interface Realised {
  /** Some build of the farm had done it; perhaps a moment ago, while this one waited for it. */
  record Found(StepRecord record) implements Realised {}

  /** This build did it. */
  record Executed(StepResult result) implements Realised {}

  /** Another build of this worker did it, while this one watched. */
  record Shared(StepResult result) implements Realised {}

  /** The same, as one sees it who only watched. */
  default Realised watched() {
    return switch (this) {
      case Executed(StepResult result) -> new Shared(result);
      case Found found -> found;
      case Shared shared -> shared;
    };
  }
}
