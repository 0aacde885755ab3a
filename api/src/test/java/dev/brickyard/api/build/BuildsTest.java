package dev.brickyard.api.build;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import dev.brickyard.api.testing.Farm;
import dev.brickyard.api.testing.FarmResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.hibernate.SessionFactory;
import org.hibernate.stat.Statistics;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
@WithTestResource(FarmResource.class)
class BuildsTest {
  @Inject Farm farm;
  @Inject SessionFactory hibernate;

  @Test
  void plannedBuildShowsJobsAndTheStepsOfTheirLatestAttempt() {
    UUID build = farm.submit();
    farm.plan(build, "RUNNING");
    UUID publish = farm.job(build, "PUBLISH", "linux/amd64", "WAITING", 0);
    UUID amd64 = farm.job(build, "BUILD", "linux/amd64", "RUNNING", 2);
    farm.step(amd64, 1, 0, "of the lost attempt", "DONE");
    farm.step(amd64, 2, 1, "RUN make", "RUNNING");
    farm.step(amd64, 2, 0, "FROM debian", "CACHED");
    given()
        .get("/v1/builds/" + build)
        .then()
        .statusCode(200)
        .body("state", equalTo("RUNNING"))
        .body("createdAt", notNullValue())
        .body("image", nullValue())
        .body("jobs.id", contains(amd64.toString(), publish.toString()))
        .body("jobs[0].platform", equalTo("linux/amd64"))
        .body("jobs[0].worker", equalTo("worker-1"))
        .body("jobs[0].attempt", equalTo(2))
        .body("jobs[0].steps.name", contains("FROM debian", "RUN make"))
        .body("jobs[0].steps.state", contains("CACHED", "RUNNING"))
        .body("jobs[0].steps[0].counters.bytes-pulled", equalTo(42))
        .body("jobs[1].steps", hasSize(0));
  }

  @Test
  void stepsSayWhyTheyHitOrMissedAndTheBuildAddsUp() {
    UUID build = farm.submit();
    farm.plan(build, "RUNNING");
    UUID job = farm.job(build, "BUILD", "linux/amd64", "RUNNING", 1);
    farm.step(job, 1, 0, "FROM debian", "CACHED");
    farm.step(job, 1, 1, "RUN make", "CACHED");
    farm.step(job, 1, 2, "COPY . .", "DONE");
    String cause =
        "update scheduler.step set cause = ?::jsonb, counters = ?::jsonb, warnings = ?::jsonb"
            + " where job_id = ? and ordinal = ?";
    farm.sql(
        cause,
        "{\"verdict\":\"UNUSED\",\"kind\":\"not-needed\",\"sentence\":\"s\",\"details\":[]}",
        "{\"bytes-skipped\": 100}",
        "[]",
        job,
        0);
    farm.sql(
        cause,
        "{\"verdict\":\"HIT\",\"kind\":\"same-definition\",\"sentence\":\"s\",\"details\":[]}",
        "{\"millis-saved\": 1200}",
        "[\"mind the gap\"]",
        job,
        1);
    String check =
        "{\"rule\":\"R\",\"description\":\"d\",\"detail\":\"x\",\"url\":\"u\","
            + "\"file\":\"Dockerfile\",\"line\":%d,\"endLine\":3,\"excerpt\":\"e\",\"new\":1}";
    farm.sql(
        "update scheduler.step set checks = ?::jsonb where job_id = ? and ordinal > 0",
        "[" + check.formatted(3) + "," + check.formatted(2) + "]",
        job);
    farm.sql(
        cause,
        "{\"verdict\":\"MISS\",\"kind\":\"files-changed\",\"sentence\":\"file a changed\","
            + "\"details\":[\"file a changed\",\"file b added\"]}",
        "{\"bytes-pulled\": 5, \"bytes-pushed\": 7, \"bytes-stored\": 9, \"bytes-skipped\": 1}",
        "[]",
        job,
        2);
    given()
        .get("/v1/builds/" + build)
        .then()
        .statusCode(200)
        .body("jobs[0].steps[2].cache.verdict", equalTo("MISS"))
        .body("jobs[0].steps[2].cache.kind", equalTo("files-changed"))
        .body("jobs[0].steps[2].cache.sentence", equalTo("file a changed"))
        .body("jobs[0].steps[2].cache.details", contains("file a changed", "file b added"))
        .body("jobs[0].steps[1].warnings", contains("mind the gap"))
        .body("warnings.line", contains(2, 3))
        .body("warnings[0].rule", equalTo("R"))
        .body("warnings[0].excerpt", equalTo("e"))
        .body("cache.hits", equalTo(1))
        .body("cache.misses", equalTo(1))
        .body("cache.bytesFetched", equalTo(5))
        .body("cache.bytesPushed", equalTo(7))
        .body("cache.bytesSkipped", equalTo(101))
        .body("cache.bytesStored", equalTo(9))
        .body("cache.millisSaved", equalTo(1200));
    given().get("/v1/builds?limit=1").then().body("builds[0].cache", nullValue());
  }

  @Test
  void endedBuildShowsImageOrFailure() {
    UUID good = farm.submit();
    farm.plan(good, "RUNNING");
    farm.end(good, "SUCCEEDED", 0);
    farm.sql(
        "update scheduler.build set image_digest = 'sha256:1', image_media_type = 'm',"
            + " image_size = 5000000000 where id = ?",
        good);
    given()
        .get("/v1/builds/" + good)
        .then()
        .body("image.digest", equalTo("sha256:1"))
        .body("image.size", equalTo(5_000_000_000L))
        .body("finishedAt", notNullValue());
    UUID bad = farm.submit();
    farm.plan(bad, "FAILED");
    farm.sql(
        "update scheduler.build set failure = ?::jsonb where id = ?",
        "{\"code\": \"run-failed\", \"kind\": \"USER\", \"message\": \"m\", \"exitCode\": 2,"
            + " \"addedLater\": true}",
        bad);
    given()
        .get("/v1/builds/" + bad)
        .then()
        .body("failure.code", equalTo("run-failed"))
        .body("failure.kind", equalTo("USER"))
        .body("failure.exitCode", equalTo(2));
  }

  @Test
  void pagesGoFromNewToOldWithoutGapOrRepeat() {
    String project = "pages-" + farm.id();
    List<String> newestFirst = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      UUID build = farm.submit(project);
      newestFirst.addFirst(build.toString());
      if (i % 2 == 0) {
        farm.plan(build, i % 4 == 0 ? "RUNNING" : "QUEUED");
        farm.job(build, "BUILD", "linux/amd64", "QUEUED", 0);
      }
    }
    List<String> seen = new ArrayList<>();
    String before = "";
    do {
      JsonPath page =
          given().get("/v1/builds?limit=3&project=" + project + before).then().extract().jsonPath();
      seen.addAll(page.getList("builds.id"));
      before = page.getString("next") == null ? null : "&before=" + page.getString("next");
    } while (before != null);
    assertThat(seen).isEqualTo(newestFirst);

    given()
        .get("/v1/builds?state=running&project=" + project)
        .then()
        .body("builds.id", contains(newestFirst.get(2), newestFirst.get(6)))
        .body("builds[0].jobs", hasSize(1))
        .body("builds[0].jobs[0].steps", nullValue());
    given()
        .get("/v1/builds?state=QUEUED&project=" + project)
        .then()
        .body("builds", hasSize(5))
        .body("builds.id", hasItems(newestFirst.get(0), newestFirst.get(1)))
        .body("builds.id", not(hasItems(newestFirst.get(2))));
  }

  @Test
  void theNumberOfStatementsDoesNotGrowWithTheBuilds() {
    String project = "statements-" + farm.id();
    UUID last = farm.id();
    for (int i = 0; i < 12; i++) {
      last = farm.submit(project);
      farm.plan(last, "RUNNING");
      for (int j = 0; j < 3; j++) {
        UUID job = farm.job(last, "BUILD", "linux/amd64", "RUNNING", 1);
        farm.step(job, 1, 0, "FROM debian", "DONE");
        farm.step(job, 1, 1, "RUN make", "DONE");
      }
    }
    UUID one = last;
    assertThat(
            statements(
                () ->
                    given()
                        .get("/v1/builds?project=" + project)
                        .then()
                        .body("builds", hasSize(12))))
        .isEqualTo(2);
    assertThat(statements(() -> given().get("/v1/builds/" + one).then().body("jobs", hasSize(3))))
        .isEqualTo(3);
  }

  /** The least of several times: what the api does of its own accord meanwhile is counted too. */
  private long statements(Runnable request) {
    Statistics statistics = hibernate.getStatistics();
    statistics.setStatisticsEnabled(true);
    try {
      long least = Long.MAX_VALUE;
      for (int i = 0; i < 5; i++) {
        statistics.clear();
        request.run();
        least = Math.min(least, statistics.getPrepareStatementCount());
      }
      return least;
    } finally {
      statistics.setStatisticsEnabled(false);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ?state=GONE | state | there are QUEUED
          ?limit=0 | limit | from 1 to 500
          ?limit=many | limit | from 1 to 500
          ?before=yesterday | before | no build id
          ?stat=RUNNING | stat | did you mean "state"?
          """)
  void wrongParameterIsNamed(String query, String parameter, String detail) {
    given()
        .get("/v1/builds" + query)
        .then()
        .statusCode(400)
        .contentType("application/problem+json")
        .body("parameter", equalTo(parameter))
        .body("detail", containsString(detail));
  }

  @Test
  void whateverIsNotThereIsAProblem() {
    given()
        .get("/v1/builds/" + farm.id())
        .then()
        .statusCode(404)
        .contentType("application/problem+json")
        .body("code", equalTo("no-such-build"));
    given()
        .get("/v1/builds/nonsense")
        .then()
        .statusCode(400)
        .body("code", equalTo("invalid-build-id"));
    given()
        .get("/v2/nothing")
        .then()
        .statusCode(404)
        .contentType("application/problem+json")
        .body("code", equalTo("not-found"))
        .body("detail", containsString("/v2/nothing"));
    given()
        .delete("/v1/builds")
        .then()
        .statusCode(405)
        .contentType("application/problem+json")
        .body("code", equalTo("method-not-allowed"));
    given()
        .accept("image/png")
        .get("/v1/builds")
        .then()
        .statusCode(406)
        .contentType("application/problem+json");
  }

  @Test
  void cancelingIsNotedOnceAndRefusedAfterTheEnd() {
    UUID build = farm.submit();
    String at =
        given()
            .post("/v1/builds/" + build + "/cancel")
            .then()
            .statusCode(202)
            .body("state", equalTo("QUEUED"))
            .body("cancelRequestedAt", notNullValue())
            .extract()
            .path("cancelRequestedAt");
    given()
        .post("/v1/builds/" + build + "/cancel")
        .then()
        .statusCode(202)
        .body("cancelRequestedAt", equalTo(at));
    farm.plan(build, "CANCELED");
    given()
        .post("/v1/builds/" + build + "/cancel")
        .then()
        .statusCode(409)
        .contentType("application/problem+json")
        .body("code", equalTo("build-ended"))
        .body("detail", containsString("already been canceled"));
    given().post("/v1/builds/" + farm.id() + "/cancel").then().statusCode(404);
  }

  @Test
  void describesItselfAndTellsWhetherItIsReady() {
    given()
        .get("/q/openapi?format=json")
        .then()
        .statusCode(200)
        .body("paths.'/v1/builds'.post.requestBody.content", notNullValue())
        .body("paths.'/v1/builds'.post.parameters.name", hasItems("tag", "platform", "build-arg"))
        .body(
            "paths.'/v1/builds/{id}/events'.get.responses.'200'.content.'text/event-stream'",
            notNullValue())
        .body("paths.'/v1/builds/{id}/cancel'.post.responses.'409'", notNullValue());
    given()
        .get("/q/health/ready")
        .then()
        .statusCode(200)
        .body("checks.name", hasItems("kafka", "object store"));
    given().get("/q/health/started").then().statusCode(200);
    given().get("/q/health/live").then().statusCode(200);
    given()
        .get("/q/metrics")
        .then()
        .statusCode(200)
        .body(containsString("brickyard_followers_events"));
  }
}
