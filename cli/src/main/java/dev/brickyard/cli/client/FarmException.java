package dev.brickyard.cli.client;

import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The farm could not be reached, or refused; the message is one plain sentence. */
public final class FarmException extends IOException {
  private static final long serialVersionUID = 1L;
  private final transient @Nullable Problem problem;

  private FarmException(String sentence, @Nullable Problem problem, @Nullable Throwable cause) {
    super(sentence, cause);
    this.problem = problem;
  }

  static FarmException unreachable(String sentence, @Nullable Throwable cause) {
    return new FarmException(sentence, null, cause);
  }

  static FarmException refused(Problem problem) {
    return new FarmException(problem.sentence(), problem, null);
  }

  /** What the farm said; empty when it could not be reached. */
  public Optional<Problem> problem() {
    return Optional.ofNullable(problem);
  }

  /** Whether the farm is away or broken, rather than refusing. */
  public boolean farmIsAway() {
    return problem == null || problem.status() >= 500;
  }
}
