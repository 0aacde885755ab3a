package dev.brickyard.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brickyard.contracts.BuildEvent;
import dev.brickyard.contracts.ClaimGranted;
import dev.brickyard.contracts.Failure;
import dev.brickyard.contracts.JobQueued;
import dev.brickyard.contracts.Outcome;
import dev.brickyard.contracts.PlannedStep;
import dev.brickyard.contracts.Topics;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Crashes, losses and repetitions: none loses a build, none does a thing twice. */
@QuarkusTest
@WithTestResource(RealServers.class)
class FaultsIT {
  @Inject FarmTester farm;
  @Inject UnreliableSender sender;
  @Inject TestClock clock;

  @AfterEach
  void recover() {
    sender.recover();
  }

  @Test
  void anApiThatCrashedBeforeItToldLosesNothing() {
    farm.queued(farm.acceptSilently("linux/amd64"), 1);
  }

  @Test
  void aSubmissionToldThriceIsPlannedOnce() {
    UUID build = farm.acceptSilently("linux/amd64");
    for (int i = 0; i < 3; i++) {
      farm.tellAccepted(build);
    }
    farm.queued(build, 1);
    // A later build of the same partition would do; one that was planned after all three is enough.
    farm.queued(farm.submit("linux/amd64"), 1);
    assertThat(farm.queuedJobs(build)).hasSize(1);
    assertThat(farm.column("select count(*) from scheduler.job where build_id = ?", build))
        .isEqualTo("2");
  }

  @Test
  void aCrashBetweenCommitAndSendLosesNoRecord() {
    sender.lose();
    UUID build = farm.submit("linux/amd64");
    FarmTester.await("records lost", () -> sender.lost() >= 2);
    assertThat(farm.queuedJobs(build)).isEmpty();
    sender.recover();
    clock.advance(Duration.ofSeconds(6));
    ClaimGranted held = farm.claimed(farm.queued(build, 1));
    assertThat(farm.events(build, BuildEvent.BuildPlanned.class)).isNotEmpty();

    sender.lose();
    farm.fail(held, Failure.Kind.USER);
    farm.awaitBuildState(build, "FAILED");
    FarmTester.await("the end lost", () -> sender.lost() >= 1);
    assertThat(farm.events(build, BuildEvent.BuildFinished.class)).isEmpty();
    sender.recover();
    clock.advance(Duration.ofSeconds(6));
    assertThat(farm.event(build, BuildEvent.BuildFinished.class).outcome())
        .isEqualTo(Outcome.FAILED);
  }

  @Test
  void theUsersFailureStopsTheOtherPlatform() {
    UUID build = farm.submit("linux/amd64", "linux/arm64");
    ClaimGranted one = farm.claimed(farm.queued(build, 1));
    ClaimGranted other = farm.claimed(farm.queued(build, 2));
    farm.fail(one, Failure.Kind.USER);
    BuildEvent.BuildFinished finished = farm.event(build, BuildEvent.BuildFinished.class);
    assertThat(Objects.requireNonNull(finished.failure()).code()).isEqualTo("it-failed");
    FarmTester.await("the other stopped", () -> farm.stopped(build).equals(List.of(other.jobId())));
    assertThat(farm.jobState(other.jobId())).isEqualTo("CANCELED");
    assertThat(farm.heartbeat(other.jobId(), 1)).isEqualTo(409);
  }

  @Test
  void theFarmsFailuresAreTriedAgainAfterARestAndTheLastIsKept() {
    UUID build = farm.submit("linux/amd64");
    for (int attempt = 1; attempt <= 3; attempt++) {
      JobQueued job = farm.queued(build, attempt);
      assertThat(job.attempt()).isEqualTo(attempt);
      ClaimGranted held = FarmTester.granted(farm.claim(job.jobId(), "w", 40 + attempt, 1));
      farm.fail(held, Failure.Kind.FARM);
      if (attempt < 3) {
        farm.awaitJobState(job.jobId(), "QUEUED");
        assertThat(farm.queuedJobs(build)).hasSize(attempt);
        clock.advance(Duration.ofSeconds(20));
      }
    }
    BuildEvent.BuildFinished finished = farm.event(build, BuildEvent.BuildFinished.class);
    assertThat(Objects.requireNonNull(finished.failure()).message()).isEqualTo("It failed.");
    assertThat(farm.events(build, BuildEvent.JobRequeued.class)).hasSize(2);
  }

  @Test
  void aSilentWorkersJobGoesToAnother() {
    UUID build = farm.submit("linux/amd64");
    JobQueued job = farm.queued(build, 1);
    ClaimGranted silent = farm.claimed(job);
    clock.advance(Duration.ofSeconds(20));
    assertThat(farm.heartbeat(job.jobId(), 1)).isEqualTo(204);
    clock.advance(Duration.ofSeconds(20));
    assertThat(farm.heartbeat(job.jobId(), 1)).describedAs("heard of in time").isEqualTo(204);
    clock.advance(Duration.ofSeconds(31));
    farm.awaitJobState(job.jobId(), "QUEUED");
    clock.advance(Duration.ofSeconds(2));
    JobQueued again = farm.queued(build, 2);
    assertThat(again.attempt()).isEqualTo(2);
    farm.succeed(silent);
    ClaimGranted next = FarmTester.granted(farm.claim(again.jobId(), "w2", 900, 1));
    assertThat(next.attempt()).isEqualTo(2);
    assertThat(
            farm.column(
                "select failure ->> 'code' from scheduler.attempt where job_id = ?"
                    + " and attempt = 1",
                job.jobId()))
        .isEqualTo("worker-lost");
    farm.succeed(next);
    farm.awaitJobState(job.jobId(), "SUCCEEDED");
  }

  @Test
  void aHandedBackJobIsQueuedAtOnce() {
    UUID build = farm.submit("linux/amd64");
    ClaimGranted held = farm.claimed(farm.queued(build, 1));
    farm.say(new BuildEvent.JobReleased(1, build, held.jobId(), 1, Instant.now(), "shutting down"));
    assertThat(farm.queued(build, 2).attempt()).isEqualTo(2);
    assertThat(farm.column("select spent from scheduler.job where id = ?", held.jobId()))
        .isEqualTo("0");
  }

  @Test
  void nonsenseAndNulsDoNotHoldUpTheRest() {
    UUID build = farm.submit("linux/amd64");
    ClaimGranted held = farm.claimed(farm.queued(build, 1));
    farm.produceRaw(
        Topics.EVENTS, build, "{\"type\":\"Unheard\"}".getBytes(StandardCharsets.UTF_8));
    farm.produceRaw(Topics.EVENTS, build, new byte[] {0, 1});
    farm.say(
        new BuildEvent.JobFinished(
            1, build, UUID.randomUUID(), 1, Instant.now(), Outcome.CANCELED, null, null));
    farm.say(
        new BuildEvent.StepsPlanned(
            1,
            build,
            held.jobId(),
            1,
            Instant.now(),
            List.of(new PlannedStep("s\0", "RUN \0", 1, List.of("\0")))));
    farm.say(
        new BuildEvent.JobFinished(
            1,
            build,
            held.jobId(),
            1,
            Instant.now(),
            Outcome.FAILED,
            null,
            Failure.of("run-failed", Failure.Kind.USER, "It printed \0.")));
    farm.awaitBuildState(build, "FAILED");
    assertThat(farm.column("select count(*) from scheduler.step where job_id = ?", held.jobId()))
        .isEqualTo("1");
  }

  @Test
  void aReportWithoutAResultIsTheFarmsFailure() {
    UUID build = farm.submit("linux/amd64");
    ClaimGranted held = farm.claimed(farm.queued(build, 1));
    farm.say(
        new BuildEvent.JobFinished(
            1, build, held.jobId(), 1, Instant.now(), Outcome.SUCCEEDED, null, null));
    farm.awaitJobState(held.jobId(), "QUEUED");
    assertThat(
            farm.column("select failure ->> 'code' from scheduler.job where id = ?", held.jobId()))
        .isEqualTo("incomplete-report");
  }

  @Test
  void tellingEverythingAgainChangesNothing() {
    UUID build = farm.submit("linux/amd64");
    ClaimGranted held = farm.claimed(farm.queued(build, 1));
    farm.say(new BuildEvent.StepStarted(1, build, held.jobId(), 1, Instant.now(), "only"));
    farm.succeed(held);
    farm.succeed(farm.claimed(farm.queued(build, 2)));
    farm.event(build, BuildEvent.BuildFinished.class);
    String before = snapshot();
    farm.replayAllEvents();
    // Every partition has been read past the replay when a new build on each has come to its end;
    // twelve builds miss one of six partitions rarely, and then only see less.
    for (int i = 0; i < 12; i++) {
      UUID later = farm.submit("linux/amd64");
      farm.fail(farm.claimed(farm.queued(later, 1)), Failure.Kind.USER);
      farm.awaitBuildState(later, "FAILED");
      farm.execute("delete from scheduler.build where id = ?", later);
      farm.execute("delete from api.submission_published where id = ?", later);
    }
    assertThat(snapshot()).isEqualTo(before);
    assertThat(farm.queuedJobs(build)).hasSize(2);
  }

  private String snapshot() {
    return farm.column(
        """
        select md5(string_agg(t, ';' order by t)) from (
          select b::text as t from scheduler.build b where state in ('SUCCEEDED', 'FAILED', 'CANCELED')
          union all select j::text from scheduler.job j join scheduler.build b on b.id = j.build_id
            where b.state in ('SUCCEEDED', 'FAILED', 'CANCELED')
          union all select s::text from scheduler.step s join scheduler.job j on j.id = s.job_id
            join scheduler.build b on b.id = j.build_id
            where b.state in ('SUCCEEDED', 'FAILED', 'CANCELED')
        ) rows
        """);
  }
}
