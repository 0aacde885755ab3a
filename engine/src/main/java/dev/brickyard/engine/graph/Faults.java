package dev.brickyard.engine.graph;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.dockerfile.Dockerfile;
import dev.brickyard.engine.dockerfile.SourceRange;

/** Makes the failures that a line of a Dockerfile is to blame for. */
record Faults(Dockerfile dockerfile) {
  /** A mistake at that place. */
  BuildFailure user(String code, String sentence, SourceRange range) {
    return at(BuildFailure.user(code, sentence), range);
  }

  /** The failure, placed. */
  BuildFailure at(BuildFailure failure, SourceRange range) {
    return failure.at(dockerfile.fileName(), range, dockerfile.excerpt(range));
  }
}
