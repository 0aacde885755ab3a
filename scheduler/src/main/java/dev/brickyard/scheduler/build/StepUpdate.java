package dev.brickyard.scheduler.build;

import dev.brickyard.contracts.CheckWarning;
import dev.brickyard.contracts.StepCause;
import dev.brickyard.contracts.StepStatus;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * All that one batch of events says about one step; what it does not say is null. Facts are folded
 * together in any order and any number of times with the same result: a step never goes back.
 *
 * @param warnings each once, in no order
 * @param checks what build checks found, the same: part of the warnings, told more exactly
 */
public record StepUpdate(
    UUID jobId,
    int attempt,
    String stepId,
    @Nullable Plan plan,
    StepStatus status,
    @Nullable Instant startedAt,
    @Nullable Instant finishedAt,
    @Nullable Map<String, Long> counters,
    @Nullable StepCause cause,
    List<String> warnings,
    List<CheckWarning> checks) {
  public StepUpdate {
    warnings = List.copyOf(warnings);
    checks = List.copyOf(checks);
  }

  /** What is known of a step before it runs. */
  public record Plan(int ordinal, String name, int line, List<String> inputs) {}

  /** Both, of the same step, as one. */
  StepUpdate and(StepUpdate other) {
    boolean otherIsLater = rank(other.status) >= rank(status);
    StepUpdate later = otherIsLater ? other : this;
    StepUpdate earlier = otherIsLater ? this : other;
    return new StepUpdate(
        jobId,
        attempt,
        stepId,
        other.plan != null ? other.plan : plan,
        later.status,
        startedAt != null ? startedAt : other.startedAt,
        finishedAt != null ? finishedAt : other.finishedAt,
        later.counters != null ? later.counters : earlier.counters,
        cause != null ? cause : other.cause,
        Stream.concat(warnings.stream(), other.warnings.stream()).distinct().sorted().toList(),
        Stream.concat(checks.stream(), other.checks.stream())
            .distinct()
            .sorted(Comparator.comparing(CheckWarning::sentence))
            .toList());
  }

  /** How far a step is; only more replaces less. */
  static int rank(StepStatus status) {
    return switch (status) {
      case PENDING -> 0;
      case RUNNING -> 1;
      case CACHED, DONE, FAILED, CANCELED -> 2;
    };
  }
}
