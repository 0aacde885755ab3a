package dev.brickyard.cli;

import dev.brickyard.contracts.BuildEvent;
import dev.brickyard.contracts.CheckWarning;
import dev.brickyard.contracts.Failure;
import dev.brickyard.contracts.ImageManifest;
import dev.brickyard.contracts.JobKind;
import dev.brickyard.contracts.LogChunk;
import dev.brickyard.contracts.Outcome;
import dev.brickyard.contracts.PlannedStep;
import dev.brickyard.contracts.StepCause;
import dev.brickyard.contracts.StepStatus;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The events of an invented build, at given milliseconds after it began. */
public final class Script {
  public static final Instant BEGAN = Instant.parse("2026-01-01T00:00:00Z");
  public static final UUID JOB = UUID.fromString("01900000-0000-7000-8000-00000000000a");

  private Script() {}

  private static Instant at(long millis) {
    return BEGAN.plusMillis(millis);
  }

  /** One job for linux/amd64 with steps of these names, ids {@code s1}, {@code s2}, … */
  public static BuildEvent[] planned(int attempt, String... names) {
    List<PlannedStep> steps =
        java.util.stream.IntStream.range(0, names.length)
            .mapToObj(i -> new PlannedStep("s" + (i + 1), names[i], i + 1, List.of()))
            .toList();
    return new BuildEvent[] {
      new BuildEvent.BuildPlanned(
          1,
          FarmServer.BUILD,
          at(0),
          List.of(new BuildEvent.PlannedJob(JOB, JobKind.BUILD, "linux/amd64"))),
      new BuildEvent.JobStarted(1, FarmServer.BUILD, JOB, attempt, at(1), "worker", "linux/amd64"),
      new BuildEvent.StepsPlanned(1, FarmServer.BUILD, JOB, attempt, at(2), steps)
    };
  }

  public static BuildEvent started(int attempt, String step, long millis) {
    return new BuildEvent.StepStarted(1, FarmServer.BUILD, JOB, attempt, at(millis), step);
  }

  public static BuildEvent ended(int attempt, String step, StepStatus status, long from, long to) {
    return new BuildEvent.StepFinished(
        1, FarmServer.BUILD, JOB, attempt, at(to), step, status, at(from), Map.of(), null);
  }

  /** Something a build check found in a line of the Dockerfile. */
  public static BuildEvent checked(int attempt, String step, int line, long millis) {
    CheckWarning check =
        new CheckWarning(
            "FromAsCasing", "about", "they differ", "docs", "Dockerfile", line, line, ">>> FROM");
    return new BuildEvent.StepWarned(
        1, FarmServer.BUILD, JOB, attempt, at(millis), step, check.sentence(), check);
  }

  /** The end of a step that was not in the cache. */
  public static BuildEvent missed(int attempt, String step, long from, long to, String why) {
    return new BuildEvent.StepFinished(
        1,
        FarmServer.BUILD,
        JOB,
        attempt,
        at(to),
        step,
        StepStatus.DONE,
        at(from),
        Map.of(),
        new StepCause(StepCause.Verdict.MISS, "files-changed", why, List.of()));
  }

  public static LogChunk log(int attempt, String step, long millis, String text) {
    return log(attempt, step, millis, text.getBytes(StandardCharsets.UTF_8));
  }

  public static LogChunk log(int attempt, String step, long millis, byte[] bytes) {
    return new LogChunk(
        1, FarmServer.BUILD, JOB, attempt, step, LogChunk.Stream.STDOUT, 0, at(millis), bytes);
  }

  /** The job's end and the build's. */
  public static BuildEvent[] succeeded(int attempt, long millis) {
    ImageManifest image =
        new ImageManifest(
            "linux/amd64",
            "application/vnd.oci.image.manifest.v1+json",
            "sha256:" + "a".repeat(64),
            500,
            65_300_000);
    return new BuildEvent[] {
      new BuildEvent.JobFinished(
          1, FarmServer.BUILD, JOB, attempt, at(millis), Outcome.SUCCEEDED, image, null),
      new BuildEvent.BuildFinished(
          1, FarmServer.BUILD, at(millis + 1), Outcome.SUCCEEDED, image, null)
    };
  }

  public static BuildEvent finished(Outcome outcome, @Nullable Failure failure, long millis) {
    return new BuildEvent.BuildFinished(1, FarmServer.BUILD, at(millis), outcome, null, failure);
  }
}
