package dev.brickyard.cli.client;

import dev.brickyard.contracts.Failure;
import dev.brickyard.contracts.JobKind;
import dev.brickyard.contracts.StepStatus;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A build as {@code GET /v1/builds/{id}} tells it. */
public record BuildStatus(
    UUID id,
    @Nullable String project,
    State state,
    List<String> tags,
    Instant createdAt,
    @Nullable Instant startedAt,
    @Nullable Instant finishedAt,
    @Nullable Image image,
    List<Job> jobs,
    @Nullable Failure failure) {
  /** Fills in what an answer left out. */
  @SuppressWarnings("NullAway") // Jackson hands over null for absent members
  public BuildStatus {
    tags = tags == null ? List.of() : List.copyOf(tags);
    jobs = jobs == null ? List.of() : List.copyOf(jobs);
  }

  /** Where a build stands. */
  public enum State {
    QUEUED,
    RUNNING,
    PUBLISHING,
    SUCCEEDED,
    FAILED,
    CANCELED;

    /** Nothing will change any more. */
    public boolean isFinal() {
      return switch (this) {
        case QUEUED, RUNNING, PUBLISHING -> false;
        case SUCCEEDED, FAILED, CANCELED -> true;
      };
    }
  }

  /** What the tags point at. */
  public record Image(String digest, @Nullable String mediaType, @Nullable Long size) {}

  /** One platform, or the publishing. */
  public record Job(
      UUID id,
      String platform,
      JobKind kind,
      String state,
      @Nullable String worker,
      int attempt,
      @Nullable Instant startedAt,
      @Nullable Instant finishedAt,
      @Nullable String manifestDigest,
      @Nullable Long size,
      List<Step> steps,
      @Nullable Failure failure) {
    /** Fills in what an answer left out. */
    @SuppressWarnings("NullAway") // Jackson hands over null for absent members
    public Job {
      steps = steps == null ? List.of() : List.copyOf(steps);
    }
  }

  /** One step of a job. */
  public record Step(
      String id,
      String name,
      int line,
      StepStatus state,
      @Nullable Instant startedAt,
      @Nullable Instant finishedAt) {}

  /** A page of builds, newest first. */
  public record Page(List<BuildStatus> builds) {
    /** Fills in what an answer left out. */
    @SuppressWarnings("NullAway") // Jackson hands over null for absent members
    public Page {
      builds = builds == null ? List.of() : List.copyOf(builds);
    }
  }
}
