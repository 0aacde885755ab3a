package dev.brickyard.worker.job;

import dev.brickyard.contracts.Failure;
import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.FailureKind;
import dev.brickyard.engine.StepId;
import dev.brickyard.engine.dockerfile.SourceRange;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Says the engine's failures in the words of the contracts. */
final class Failures {
  private Failures() {}

  static Failure of(BuildFailure failure, Optional<StepId> step) {
    @Nullable SourceRange range = failure.range().orElse(null);
    return new Failure(
        failure.code(),
        kind(failure.kind()),
        failure.sentence(),
        failure.file().orElse(null),
        range == null ? null : range.startLine(),
        range == null ? null : range.startColumn(),
        range == null ? null : range.endLine(),
        failure.excerpt().orElse(null),
        failure.exitCode().isPresent() ? failure.exitCode().getAsInt() : null,
        failure.logTail().orElse(null),
        step.map(StepId::value).orElse(null));
  }

  /** What nobody foresaw is the farm's failure: it is tried again, elsewhere if possible. */
  static Failure unexpected(Throwable problem) {
    return Failure.of(
        "worker-error", Failure.Kind.FARM, "The worker failed unexpectedly: " + problem + ".");
  }

  private static Failure.Kind kind(FailureKind kind) {
    return switch (kind) {
      case USER -> Failure.Kind.USER;
      case FARM -> Failure.Kind.FARM;
      case LIMIT -> Failure.Kind.LIMIT;
    };
  }
}
