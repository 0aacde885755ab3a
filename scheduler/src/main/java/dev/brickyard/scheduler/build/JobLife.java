package dev.brickyard.scheduler.build;

import dev.brickyard.contracts.Failure;
import dev.brickyard.contracts.ImageManifest;
import dev.brickyard.contracts.JobKind;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The state of one job, immutable.
 *
 * @param attempt number of the latest attempt, 0 before the first
 * @param spent attempts that count against the limit
 * @param ticket of the live attempt; set exactly when RUNNING
 * @param image set exactly when SUCCEEDED
 * @param failure of the latest attempt that failed; always set when FAILED
 */
public record JobLife(
    UUID id,
    JobKind kind,
    String platform,
    JobState state,
    int attempt,
    int spent,
    @Nullable Ticket ticket,
    @Nullable Instant queuedAt,
    @Nullable Instant startedAt,
    @Nullable Instant finishedAt,
    @Nullable ImageManifest image,
    @Nullable Failure failure) {
  public JobLife {
    require((ticket != null) == (state == JobState.RUNNING), "a ticket exactly when running");
    require((image != null) == (state == JobState.SUCCEEDED), "an image exactly when succeeded");
    require(state != JobState.FAILED || failure != null, "a failure when failed");
    require((finishedAt != null) == state.ended(), "an end exactly when ended");
    require(0 <= spent && spent <= attempt, "no more attempts spent than made");
  }

  /** A job that needs others first. */
  static JobLife waiting(UUID id, JobKind kind, String platform) {
    return new JobLife(
        id, kind, platform, JobState.WAITING, 0, 0, null, null, null, null, null, null);
  }

  JobLife queued(Instant now) {
    return new JobLife(
        id, kind, platform, JobState.QUEUED, attempt, spent, null, now, null, null, null, failure);
  }

  JobLife running(Ticket holder, Instant now) {
    return new JobLife(
        id,
        kind,
        platform,
        JobState.RUNNING,
        attempt + 1,
        spent,
        holder,
        queuedAt,
        now,
        null,
        null,
        failure);
  }

  JobLife succeeded(ImageManifest result, Instant now) {
    return new JobLife(
        id,
        kind,
        platform,
        JobState.SUCCEEDED,
        attempt,
        spent,
        null,
        queuedAt,
        startedAt,
        now,
        result,
        null);
  }

  JobLife failed(Instant now) {
    return ended(JobState.FAILED, now);
  }

  JobLife canceled(Instant now) {
    return ended(JobState.CANCELED, now);
  }

  /** One more attempt that did not do it. */
  JobLife spending(Failure why) {
    return new JobLife(
        id,
        kind,
        platform,
        state,
        attempt,
        spent + 1,
        ticket,
        queuedAt,
        startedAt,
        finishedAt,
        image,
        why);
  }

  /** An attempt that was counted as lost had been handed back. */
  JobLife refunded() {
    return new JobLife(
        id,
        kind,
        platform,
        state,
        attempt,
        spent - 1,
        ticket,
        queuedAt,
        startedAt,
        finishedAt,
        image,
        failure);
  }

  private JobLife ended(JobState end, Instant now) {
    return new JobLife(
        id, kind, platform, end, attempt, spent, null, queuedAt, startedAt, now, null, failure);
  }

  /** Whether that attempt holds the job, so that what it says counts. */
  boolean heldBy(int number) {
    return state == JobState.RUNNING && attempt == number;
  }

  private static void require(boolean holds, String rule) {
    if (!holds) {
      throw new IllegalArgumentException("a job must have " + rule);
    }
  }
}
