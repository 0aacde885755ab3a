package dev.brickyard.api.submission;

import static io.restassured.RestAssured.get;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import dev.brickyard.api.problem.ProblemMappers;
import dev.brickyard.api.testing.Archives;
import dev.brickyard.api.testing.Farm;
import dev.brickyard.api.testing.FarmResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.time.Duration;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** Parts of the farm go away while the api runs, and come back. */
@QuarkusTest
@WithTestResource(FarmResource.class)
class OutageIT {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  @Inject Farm farm;

  private static Response submit(byte[] context) {
    return given()
        .body(context)
        .contentType("application/x-tar")
        .post("/v1/builds?tag=app&project=outage");
  }

  private static int builds() {
    return get("/v1/builds?project=outage&limit=100").jsonPath().getList("builds").size();
  }

  private static void await(String what, BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waiting for " + what).isLessThan(deadline);
      Thread.sleep(100);
    }
  }

  @Test
  void withoutTheObjectStoreNothingIsTakenIn() throws Exception {
    int before = builds();
    FarmResource.objects().pause();
    try {
      Response refused = submit(Archives.dockerfile("FROM scratch\n"));
      assertThat(refused.statusCode()).isEqualTo(503);
      assertThat(refused.contentType()).startsWith("application/problem+json");
      assertThat(refused.jsonPath().getString("code")).isEqualTo("unavailable");
      assertThat(refused.jsonPath().getString("detail")).contains("the object store");
      assertThat(refused.header("Retry-After")).isNotBlank();
      assertThat(get("/q/health/ready").statusCode()).isEqualTo(503);
    } finally {
      FarmResource.objects().resume();
    }
    assertThat(builds()).isEqualTo(before);
    await("the store", () -> get("/q/health/ready").statusCode() == 200);
    assertThat(submit(Archives.dockerfile("FROM scratch\n")).statusCode()).isEqualTo(201);
    assertThat(builds()).isEqualTo(before + 1);
  }

  @Test
  void withoutKafkaBuildsAreTakenInAndFollowedWhenItIsBack() throws Exception {
    FarmResource.broker().kill();
    String build;
    try {
      Response accepted = submit(Archives.dockerfile("FROM scratch\n"));
      assertThat(accepted.statusCode()).isEqualTo(201);
      build = accepted.jsonPath().getString("id");
      assertThat(get("/v1/builds/" + build).jsonPath().getString("state")).isEqualTo("QUEUED");
      assertThat(get("/q/health/ready").statusCode()).isEqualTo(503);
    } finally {
      FarmResource.broker().restart();
    }
    await("Kafka", () -> get("/q/health/ready").statusCode() == 200);
    farm.plan(UUID.fromString(build), "RUNNING");
    farm.sendFinished(UUID.fromString(build));
    assertThat(get("/v1/builds/" + build + "/events").asString()).contains("BuildFinished");
  }

  @Test
  void aDatabaseThatIsAwayIsNamed() {
    try (var answer =
        new ProblemMappers()
            .unexpected(
                new IllegalStateException(new SQLException("connection refused", "08001")))) {
      assertThat(answer.getStatus()).isEqualTo(503);
      assertThat(answer.getHeaderString("Retry-After")).isNotBlank();
    }
    try (var answer =
        new ProblemMappers()
            .unexpected(new IllegalStateException(new SQLException("?", "22000")))) {
      assertThat(answer.getStatus()).isEqualTo(500);
    }
  }

  @Test
  void aListOfIgnoredFilesHasABound() throws Exception {
    Response refused =
        submit(
            Archives.tar()
                .file("Dockerfile", "FROM scratch\n")
                .file(".dockerignore", "a\n".repeat(600_000))
                .bytes());
    assertThat(refused.statusCode()).isEqualTo(422);
    assertThat(refused.jsonPath().getString("code")).isEqualTo("dockerignore-too-large");
  }
}
