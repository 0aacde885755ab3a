package dev.brickyard.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brickyard.contracts.BuildEvent;
import dev.brickyard.contracts.ClaimGranted;
import dev.brickyard.contracts.Failure;
import dev.brickyard.contracts.JobQueued;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Of all who want a job, one holds it; what the others say does not count. */
@QuarkusTest
@WithTestResource(RealServers.class)
class FencingIT {
  @Inject FarmTester farm;

  private static void assertProblem(Response response, int status, String code) {
    assertThat(response.statusCode()).isEqualTo(status);
    assertThat(response.contentType()).startsWith("application/problem+json");
    assertThat(response.jsonPath().getString("code")).isEqualTo(code);
  }

  @Test
  void ofManyWhoClaimAtOnceOneWins() throws Exception {
    JobQueued job = farm.queued(farm.submit("linux/amd64"), 1);
    List<Callable<Response>> claims = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      int n = i;
      claims.add(() -> farm.claim(job.jobId(), "racer-" + n, n, 1));
    }
    int winners = 0;
    try (ExecutorService racers = Executors.newFixedThreadPool(8)) {
      for (Future<Response> claim : racers.invokeAll(claims)) {
        if (claim.get().statusCode() == 200) {
          winners++;
        } else {
          assertProblem(claim.get(), 409, "already-claimed");
        }
      }
    }
    assertThat(winners).isEqualTo(1);
    assertThat(farm.column("select count(*) from scheduler.attempt where job_id = ?", job.jobId()))
        .isEqualTo("1");
  }

  @Test
  void aLostAnswerIsGivenAgain() {
    JobQueued job = farm.queued(farm.submit("linux/amd64"), 1);
    Response first = farm.claim(job.jobId(), "w", 5, 1);
    Response again = farm.claim(job.jobId(), "w", 5, 1);
    assertThat(FarmTester.granted(again)).isEqualTo(FarmTester.granted(first));
  }

  @Test
  void aRedeliveryTakesTheJobFromItsHolder() {
    UUID build = farm.submit("linux/amd64");
    JobQueued job = farm.queued(build, 1);
    ClaimGranted dead = FarmTester.granted(farm.claim(job.jobId(), "dead", 5, 1));
    assertProblem(farm.claim(job.jobId(), "other", 6, 1), 409, "already-claimed");
    ClaimGranted heir = FarmTester.granted(farm.claim(job.jobId(), "heir", 5, 2));
    assertThat(heir.attempt()).isEqualTo(2);
    assertProblem(farm.claim(job.jobId(), "dead", 5, 1), 409, "already-claimed");
    assertThat(farm.heartbeat(job.jobId(), 1)).isEqualTo(409);
    assertThat(farm.heartbeat(job.jobId(), 2)).isEqualTo(204);

    farm.fail(dead, Failure.Kind.USER);
    farm.succeed(heir);
    farm.awaitJobState(job.jobId(), "SUCCEEDED");
    assertThat(farm.buildState(build)).isEqualTo("PUBLISHING");
    assertProblem(farm.claim(job.jobId(), "late", 5, 3), 409, "job-ended");
  }

  @Test
  void whatADeadAttemptSaysOfItsStepsIsNotWritten() {
    UUID build = farm.submit("linux/amd64");
    JobQueued job = farm.queued(build, 1);
    FarmTester.granted(farm.claim(job.jobId(), "dead", 5, 1));
    ClaimGranted heir = FarmTester.granted(farm.claim(job.jobId(), "heir", 5, 2));
    for (int attempt = 1; attempt <= 2; attempt++) {
      farm.say(
          new BuildEvent.StepStarted(
              1, build, job.jobId(), attempt, Instant.now(), "of-" + attempt));
    }
    farm.succeed(heir);
    farm.awaitJobState(job.jobId(), "SUCCEEDED");
    assertThat(
            farm.column(
                "select string_agg(step_id, ',') from scheduler.step where job_id = ?",
                job.jobId()))
        .isEqualTo("of-2");
  }

  @Test
  void strangersAndNonsenseAreSentAway() {
    UUID nobody = UUID.randomUUID();
    assertProblem(farm.claim(nobody, "w", 1, 1), 404, "no-such-job");
    assertProblem(
        RestAssured.given()
            .header("Authorization", "Bearer " + RealServers.TOKEN)
            .contentType("application/json")
            .body("{]")
            .post("/internal/v1/jobs/{job}/claims", nobody),
        400,
        "unreadable");
    for (String path :
        List.of(
            "/internal/v1/jobs/" + nobody + "/claims",
            "//internal/v1/jobs/" + nobody + "/claims",
            "/internal/v1/jobs/" + nobody + "/attempts/1/heartbeat")) {
      assertThat(RestAssured.given().urlEncodingEnabled(false).post(path).statusCode())
          .isEqualTo(401);
      for (String header : List.of("Bearer wrong", "Bearer ", "Basic " + RealServers.TOKEN, "x")) {
        assertThat(
                RestAssured.given()
                    .urlEncodingEnabled(false)
                    .header("Authorization", header)
                    .post(path)
                    .statusCode())
            .isEqualTo(401);
      }
    }
  }

  @Test
  void readyWhenItReads() {
    FarmTester.await("ready", () -> RestAssured.get("/q/health/ready").statusCode() == 200);
    for (String path : List.of("/q/health/started", "/q/health/live", "/q/metrics")) {
      assertThat(RestAssured.get(path).statusCode()).as(path).isEqualTo(200);
    }
  }
}
