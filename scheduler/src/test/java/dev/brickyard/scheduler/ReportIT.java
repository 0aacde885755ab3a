package dev.brickyard.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brickyard.contracts.BuildEvent;
import dev.brickyard.contracts.ClaimGranted;
import dev.brickyard.contracts.Failure;
import dev.brickyard.contracts.JobKind;
import dev.brickyard.contracts.JobQueued;
import dev.brickyard.contracts.Json;
import dev.brickyard.contracts.Outcome;
import dev.brickyard.contracts.PlannedStep;
import dev.brickyard.contracts.StepStatus;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Workers that say over HTTP how an attempt ended, before, after and instead of the event. */
@QuarkusTest
@WithTestResource(RealServers.class)
class ReportIT {
  @Inject FarmTester farm;

  private ClaimGranted claimed(JobQueued job, long offset) {
    Response response = farm.claim(job.jobId(), "worker-" + offset, offset, 1);
    assertThat(response.statusCode()).isEqualTo(200);
    return FarmTester.granted(response);
  }

  private static ClaimGranted publishIn(Response response) {
    assertThat(response.statusCode()).describedAs(response.asString()).isEqualTo(200);
    ClaimGranted granted = FarmTester.granted(response);
    assertThat(granted.kind()).isEqualTo(JobKind.PUBLISH);
    return granted;
  }

  private static void assertNothing(Response response) {
    assertThat(response.statusCode()).describedAs(response.asString()).isEqualTo(204);
  }

  private void assertOneEnd(UUID build, Outcome outcome) {
    assertThat(farm.event(build, BuildEvent.BuildFinished.class).outcome()).isEqualTo(outcome);
    // What was told before this is dealt with when a build that was told of later is.
    UUID later = farm.submit("linux/amd64");
    ClaimGranted held = farm.claimed(farm.queued(later, 1));
    farm.fail(held, Failure.Kind.USER);
    farm.awaitBuildState(later, "FAILED");
    farm.event(later, BuildEvent.BuildFinished.class);
    assertThat(farm.events(build, BuildEvent.BuildFinished.class)).hasSize(1);
  }

  @Test
  void theWorkerOfTheLastPlatformPublishesWithoutASecondRecord() {
    UUID build = farm.submit("linux/amd64", "linux/arm64");
    ClaimGranted amd = claimed(farm.queued(build, 1), 1);
    ClaimGranted arm = claimed(farm.queued(build, 2), 2);
    assertNothing(farm.report(FarmTester.success(amd), true));
    ClaimGranted publish = publishIn(farm.report(FarmTester.success(arm), true));
    assertThat(publish.publish()).isNotNull();
    assertThat(publish.publish().manifests()).hasSize(2);
    assertThat(publish.attempt()).isEqualTo(1);
    assertThat(farm.heartbeat(publish.jobId(), 1)).isEqualTo(204);
    assertThat(farm.buildState(build)).isEqualTo("PUBLISHING");
    assertNothing(farm.report(FarmTester.success(publish), true));
    assertThat(farm.buildState(build)).isEqualTo("SUCCEEDED");
    for (ClaimGranted held : List.of(amd, arm, publish)) {
      farm.succeed(held);
    }
    assertOneEnd(build, Outcome.SUCCEEDED);
    assertThat(farm.queuedJobs(build)).hasSize(2);
  }

  @Test
  void theReportBringsTheStepsThatItsEventsTellOfLater() {
    UUID build = farm.submit("linux/amd64");
    ClaimGranted held = claimed(farm.queued(build, 1), 1);
    Instant at = Instant.parse("2026-11-23T10:00:00Z");
    BuildEvent planned =
        new BuildEvent.StepsPlanned(
            1, build, held.jobId(), 1, at, List.of(new PlannedStep("s", "RUN x", 3, List.of())));
    BuildEvent done =
        new BuildEvent.StepFinished(
            1,
            build,
            held.jobId(),
            1,
            at,
            "s",
            StepStatus.CACHED,
            at,
            Map.of("bytes-pulled", 3L),
            null);
    BuildEvent ofAnother =
        new BuildEvent.StepFinished(
            1, build, UUID.randomUUID(), 1, at, "s", StepStatus.FAILED, at, Map.of(), null);
    publishIn(farm.report(FarmTester.success(held), true, planned, done, ofAnother));
    String row =
        "select state || line || name || (counters ->> 'bytes-pulled')"
            + " from scheduler.step_published where job_id = ?";
    assertThat(farm.column(row, held.jobId())).isEqualTo("CACHED3RUN x3");
    farm.say(planned);
    farm.say(done);
    farm.succeed(held);
    assertOneEnd(canceled(build), Outcome.CANCELED);
    assertThat(farm.column(row, held.jobId())).isEqualTo("CACHED3RUN x3");
  }

  private UUID canceled(UUID build) {
    farm.cancel(build, true);
    farm.awaitBuildState(build, "CANCELED");
    return build;
  }

  @Test
  void aReportWhoseAnswerWasLostIsAnsweredAgainAlike() {
    ClaimGranted held = claimed(farm.queued(farm.submit("linux/amd64"), 1), 1);
    ClaimGranted publish = publishIn(farm.report(FarmTester.success(held), true));
    farm.succeed(held);
    assertThat(publishIn(farm.report(FarmTester.success(held), true))).isEqualTo(publish);
    assertNothing(farm.report(FarmTester.success(publish), true));
    assertNothing(farm.report(FarmTester.success(publish), true));
    assertNothing(farm.report(FarmTester.success(held), true));
    assertOneEnd(held.buildId(), Outcome.SUCCEEDED);
  }

  @Test
  void anEventThatComesBeforeTheReportLeavesThePublishJobToWhoeverIsFirst() {
    UUID build = farm.submit("linux/amd64");
    ClaimGranted held = claimed(farm.queued(build, 1), 1);
    farm.succeed(held);
    JobQueued queued = farm.queued(build, 2);
    ClaimGranted publish = publishIn(farm.report(FarmTester.success(held), true));
    assertThat(publish.jobId()).isEqualTo(queued.jobId());
    assertThat(farm.claim(queued.jobId(), "other", 9, 1).statusCode()).isEqualTo(409);
    assertNothing(farm.report(FarmTester.success(publish), true));
    assertOneEnd(build, Outcome.SUCCEEDED);
  }

  @Test
  void aPublishJobThatAnotherHoldsIsNotGivenTwice() {
    UUID build = farm.submit("linux/amd64");
    ClaimGranted held = claimed(farm.queued(build, 1), 1);
    farm.succeed(held);
    claimed(farm.queued(build, 2), 7);
    assertNothing(farm.report(FarmTester.success(held), true));
  }

  @Test
  void aWorkerThatTakesNothingMoreLeavesThePublishJobToTheQueue() {
    UUID build = farm.submit("linux/amd64");
    ClaimGranted held = claimed(farm.queued(build, 1), 1);
    assertNothing(farm.report(FarmTester.success(held), false));
    JobQueued publish = farm.queued(build, 2);
    assertThat(publish.kind()).isEqualTo(JobKind.PUBLISH);
    assertNothing(farm.report(FarmTester.success(claimed(publish, 2)), false));
    assertOneEnd(build, Outcome.SUCCEEDED);
  }

  @Test
  void whatADeadAttemptReportsDoesNotCount() {
    UUID build = farm.submit("linux/amd64");
    JobQueued job = farm.queued(build, 1);
    ClaimGranted dead = FarmTester.granted(farm.claim(job.jobId(), "dead", 5, 1));
    ClaimGranted heir = FarmTester.granted(farm.claim(job.jobId(), "heir", 5, 2));
    assertNothing(farm.report(FarmTester.success(dead), true));
    assertNothing(farm.report(FarmTester.failure(dead, Failure.Kind.USER), true));
    assertThat(farm.jobState(job.jobId())).isEqualTo("RUNNING");
    ClaimGranted publish = publishIn(farm.report(FarmTester.success(heir), true));
    assertNothing(farm.report(FarmTester.success(dead), true));
    assertThat(farm.heartbeat(publish.jobId(), 1)).isEqualTo(204);
  }

  @Test
  void aWorkerKilledBeforeItPublishesIsFollowedByTheNextThatGetsItsRecord() {
    UUID build = farm.submit("linux/amd64");
    JobQueued job = farm.queued(build, 1);
    ClaimGranted held = FarmTester.granted(farm.claim(job.jobId(), "dead", 5, 1));
    ClaimGranted publish = publishIn(farm.report(FarmTester.success(held), true));
    assertThat(farm.claim(job.jobId(), "heir", 5, 2).statusCode()).isEqualTo(409);
    JobQueued again = farm.queued(build, 2);
    assertThat(again.jobId()).isEqualTo(publish.jobId());
    assertThat(farm.heartbeat(publish.jobId(), 1)).isEqualTo(409);
    ClaimGranted second = claimed(again, 6);
    assertThat(second.attempt()).isEqualTo(2);
    assertNothing(farm.report(FarmTester.success(publish), true));
    assertThat(farm.buildState(build)).isEqualTo("PUBLISHING");
    assertNothing(farm.report(FarmTester.success(second), true));
    assertOneEnd(build, Outcome.SUCCEEDED);
  }

  @Test
  void ofTwoPlatformsThatEndAtTheSameInstantOnePublishes() throws Exception {
    try (ExecutorService workers = Executors.newFixedThreadPool(4)) {
      for (int round = 0; round < 10; round++) {
        UUID build = farm.submit("linux/amd64", "linux/arm64");
        List<Callable<Response>> reports = new ArrayList<>();
        for (int i = 1; i <= 2; i++) {
          ClaimGranted held = claimed(farm.queued(build, i), i);
          reports.add(() -> farm.report(FarmTester.success(held), true));
          reports.add(
              () -> {
                farm.succeed(held);
                return farm.report(FarmTester.success(held), true);
              });
        }
        List<ClaimGranted> publishers = new ArrayList<>();
        for (Future<Response> report : workers.invokeAll(reports)) {
          if (report.get().statusCode() == 200) {
            publishers.add(publishIn(report.get()));
          } else {
            assertNothing(report.get());
          }
        }
        // The winner may have been told twice that it is.
        assertThat(publishers).isNotEmpty();
        assertThat(publishers.stream().distinct()).hasSize(1);
        assertThat(
                farm.column(
                    "select count(*) from scheduler.attempt where job_id = ?",
                    publishers.getFirst().jobId()))
            .isEqualTo("1");
        assertNothing(farm.report(FarmTester.success(publishers.getFirst()), true));
        assertThat(farm.buildState(build)).isEqualTo("SUCCEEDED");
      }
    }
  }

  @Test
  void aCanceledBuildIsNotPublished() {
    UUID build = farm.submit("linux/amd64");
    ClaimGranted held = claimed(farm.queued(build, 1), 1);
    canceled(build);
    assertNothing(farm.report(FarmTester.success(held), true));
    assertOneEnd(build, Outcome.CANCELED);

    UUID late = farm.submit("linux/amd64");
    ClaimGranted publish =
        publishIn(farm.report(FarmTester.success(claimed(farm.queued(late, 1), 1)), true));
    canceled(late);
    FarmTester.await("a stop", () -> farm.stopped(late).contains(publish.jobId()));
    assertNothing(farm.report(FarmTester.success(publish), true));
    assertOneEnd(late, Outcome.CANCELED);
  }

  @Test
  void theUsersFailureEndsTheBuildAtOnce() {
    UUID build = farm.submit("linux/amd64", "linux/arm64");
    ClaimGranted amd = claimed(farm.queued(build, 1), 1);
    ClaimGranted arm = claimed(farm.queued(build, 2), 2);
    assertNothing(farm.report(FarmTester.failure(amd, Failure.Kind.USER), true));
    assertThat(farm.buildState(build)).isEqualTo("FAILED");
    FarmTester.await("a stop", () -> farm.stopped(build).contains(arm.jobId()));
    farm.fail(amd, Failure.Kind.USER);
    assertOneEnd(build, Outcome.FAILED);
  }

  @Test
  void nonsenseIsRefused() {
    ClaimGranted held = claimed(farm.queued(farm.submit("linux/amd64"), 1), 1);
    ClaimGranted other = claimed(farm.queued(farm.submit("linux/amd64"), 1), 1);
    assertNothing(
        farm.report(
            FarmTester.success(
                new ClaimGranted(
                    1,
                    UUID.randomUUID(),
                    held.jobId(),
                    1,
                    JobKind.BUILD,
                    1,
                    null,
                    null,
                    null,
                    true)),
            true));
    assertThat(
            farm.report(
                    FarmTester.success(
                        new ClaimGranted(
                            1,
                            other.buildId(),
                            held.jobId(),
                            1,
                            JobKind.BUILD,
                            1,
                            null,
                            null,
                            null,
                            true)),
                    true)
                .statusCode())
        .isEqualTo(404);
    assertThat(post(held, "{]", RealServers.TOKEN)).isEqualTo(400);
    assertThat(post(held, "{}", RealServers.TOKEN)).isEqualTo(400);
    String ofOther =
        new String(
            Json.write(
                new dev.brickyard.contracts.AttemptReport(
                    1, FarmTester.success(other), List.of(), true)),
            java.nio.charset.StandardCharsets.UTF_8);
    assertThat(post(held, ofOther, RealServers.TOKEN)).isEqualTo(400);
    assertThat(post(held, ofOther, "wrong")).isEqualTo(401);
    assertThat(farm.jobState(held.jobId())).isEqualTo("RUNNING");
    assertThat(farm.jobState(other.jobId())).isEqualTo("RUNNING");
  }

  private static int post(ClaimGranted held, String body, String token) {
    return RestAssured.given()
        .header("Authorization", "Bearer " + token)
        .contentType("application/json")
        .body(body)
        .post("/internal/v1/jobs/{job}/attempts/{attempt}/result", held.jobId(), held.attempt())
        .statusCode();
  }
}
