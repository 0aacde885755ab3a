package dev.brickyard.contracts;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A fact about a build, published on {@link Topics#EVENTS}. Facts about an attempt count only while
 * that attempt is the job's current one. The JSON field {@code type} is the record's simple name.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = BuildEvent.BuildPlanned.class, name = "BuildPlanned"),
  @JsonSubTypes.Type(value = BuildEvent.JobStarted.class, name = "JobStarted"),
  @JsonSubTypes.Type(value = BuildEvent.StepsPlanned.class, name = "StepsPlanned"),
  @JsonSubTypes.Type(value = BuildEvent.StepStarted.class, name = "StepStarted"),
  @JsonSubTypes.Type(value = BuildEvent.StepProgress.class, name = "StepProgress"),
  @JsonSubTypes.Type(value = BuildEvent.StepWarned.class, name = "StepWarned"),
  @JsonSubTypes.Type(value = BuildEvent.StepFinished.class, name = "StepFinished"),
  @JsonSubTypes.Type(value = BuildEvent.JobFinished.class, name = "JobFinished"),
  @JsonSubTypes.Type(value = BuildEvent.JobReleased.class, name = "JobReleased"),
  @JsonSubTypes.Type(value = BuildEvent.JobRequeued.class, name = "JobRequeued"),
  @JsonSubTypes.Type(value = BuildEvent.BuildFinished.class, name = "BuildFinished")
})
public sealed interface BuildEvent {
  int schemaVersion();

  UUID buildId();

  Instant at();

  /** A fact a worker states about the attempt it holds. */
  sealed interface OfAttempt extends BuildEvent {
    UUID jobId();

    int attempt();
  }

  /** One job of a build, as planned. */
  record PlannedJob(UUID jobId, JobKind kind, String platform) {}

  /** The scheduler made jobs of a submission. */
  record BuildPlanned(int schemaVersion, UUID buildId, Instant at, List<PlannedJob> jobs)
      implements BuildEvent {
    public BuildPlanned {
      jobs = List.copyOf(jobs);
    }
  }

  /** A worker claimed a job and begins. */
  record JobStarted(
      int schemaVersion,
      UUID buildId,
      UUID jobId,
      int attempt,
      Instant at,
      String workerId,
      String platform)
      implements OfAttempt {}

  /** The steps of a job, in the order people should see them. Replaces those of older attempts. */
  record StepsPlanned(
      int schemaVersion, UUID buildId, UUID jobId, int attempt, Instant at, List<PlannedStep> steps)
      implements OfAttempt {
    public StepsPlanned {
      steps = List.copyOf(steps);
    }
  }

  /** A step began. */
  record StepStarted(
      int schemaVersion, UUID buildId, UUID jobId, int attempt, Instant at, String stepId)
      implements OfAttempt {}

  /**
   * A counter of a step moved on; sent at most a few times a second.
   *
   * @param total -1 when not known
   */
  record StepProgress(
      int schemaVersion,
      UUID buildId,
      UUID jobId,
      int attempt,
      Instant at,
      String stepId,
      String counter,
      long current,
      long total)
      implements OfAttempt {}

  /**
   * Something the user should know that is no failure.
   *
   * @param message all of it in one sentence
   * @param check what a build check found, when that is what the message is about
   */
  record StepWarned(
      int schemaVersion,
      UUID buildId,
      UUID jobId,
      int attempt,
      Instant at,
      String stepId,
      String message,
      @Nullable CheckWarning check)
      implements OfAttempt {}

  /**
   * A step ended.
   *
   * @param status CACHED, DONE, FAILED or CANCELED
   * @param startedAt when it began, so that a reader who missed that knows the duration
   * @param counters last values, such as {@code bytes-pulled}
   * @param cause why it was found in the cache or was not; null when that is not known
   */
  record StepFinished(
      int schemaVersion,
      UUID buildId,
      UUID jobId,
      int attempt,
      Instant at,
      String stepId,
      StepStatus status,
      Instant startedAt,
      Map<String, Long> counters,
      @Nullable StepCause cause)
      implements OfAttempt {
    public StepFinished {
      counters = Map.copyOf(counters);
    }
  }

  /**
   * A worker ended its attempt. All of the attempt's log chunks are in Kafka before this is.
   *
   * @param image what was pushed (a platform's manifest, or for PUBLISH what the tags point at);
   *     set exactly when the outcome is SUCCEEDED
   * @param failure set exactly when the outcome is FAILED
   */
  record JobFinished(
      int schemaVersion,
      UUID buildId,
      UUID jobId,
      int attempt,
      Instant at,
      Outcome outcome,
      @Nullable ImageManifest image,
      @Nullable Failure failure)
      implements OfAttempt {}

  /** A worker that shuts down handed its job back; the record was released to the queue. */
  record JobReleased(
      int schemaVersion, UUID buildId, UUID jobId, int attempt, Instant at, String reason)
      implements OfAttempt {}

  /** The scheduler queued a job again after a farm failure or a lost worker. */
  record JobRequeued(
      int schemaVersion, UUID buildId, UUID jobId, int attempt, Instant at, String reason)
      implements OfAttempt {}

  /**
   * The build ended; the last event of a build.
   *
   * @param image what the tags point at; set exactly when the outcome is SUCCEEDED
   * @param failure set exactly when the outcome is FAILED
   */
  record BuildFinished(
      int schemaVersion,
      UUID buildId,
      Instant at,
      Outcome outcome,
      @Nullable ImageManifest image,
      @Nullable Failure failure)
      implements BuildEvent {}
}
