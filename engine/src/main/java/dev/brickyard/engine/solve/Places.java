package dev.brickyard.engine.solve;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.dockerfile.Dockerfile;
import dev.brickyard.engine.dockerfile.SourceRange;
import dev.brickyard.engine.graph.Step;

/** Says where in the Dockerfile a failure happened. */
record Places(Dockerfile dockerfile) {
  /** The failure, with the step's place unless it has one already. */
  BuildFailure at(BuildFailure failure, Step step) {
    return at(failure, step.range());
  }

  /** The failure, with this place unless it has one already. */
  BuildFailure at(BuildFailure failure, SourceRange range) {
    return failure.range().isPresent()
        ? failure
        : failure.at(dockerfile.fileName(), range, dockerfile.excerpt(range));
  }
}
