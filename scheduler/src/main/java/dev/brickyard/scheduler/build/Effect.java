package dev.brickyard.scheduler.build;

import dev.brickyard.contracts.Failure;
import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What must happen beside a change of state, in the same transaction. */
public sealed interface Effect {
  /** A worker holds a new attempt. */
  record AttemptStarted(UUID jobId, int attempt, Ticket ticket) implements Effect {}

  /** An attempt ended, or turns out to have ended in another way than thought. */
  record AttemptEnded(UUID jobId, int attempt, AttemptState state, @Nullable Failure failure)
      implements Effect {}

  /** A record for the job goes to its queue, after a rest. */
  record JobEnqueued(UUID jobId, Duration rest) implements Effect {}

  /** Everybody is told that the job is tried again. */
  record JobRetried(UUID jobId, int attempt, String reason) implements Effect {}

  /** The workers are told to stop the job. */
  record JobStopped(UUID jobId) implements Effect {}

  /** Everybody is told how the build ended. */
  record BuildEnded() implements Effect {}
}
