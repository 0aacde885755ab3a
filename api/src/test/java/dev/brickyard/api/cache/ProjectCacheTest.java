package dev.brickyard.api.cache;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.startsWith;

import dev.brickyard.api.testing.Farm;
import dev.brickyard.api.testing.FarmResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@WithTestResource(FarmResource.class)
class ProjectCacheTest {
  @Inject Farm farm;

  private void job(UUID build, String project, String age, int hits, int misses) {
    farm.sql(
        "insert into scheduler.job_cache values"
            + " (?, ?, ?, now() - ?::interval, ?, ?, 10, 20, 3000000000, 40, 500)",
        UUID.randomUUID(),
        build,
        project,
        age,
        hits,
        misses);
  }

  @Test
  void totalsAreOfTheProjectAndThePeriod() {
    UUID two = UUID.randomUUID();
    job(two, "shop", "1 hour", 3, 1);
    job(two, "shop", "1 hour", 3, 0);
    job(UUID.randomUUID(), "shop", "3 days", 1, 0);
    job(UUID.randomUUID(), "shop", "40 days", 100, 0);
    job(UUID.randomUUID(), "shopping", "1 hour", 100, 0);
    given()
        .get("/v1/projects/shop/cache")
        .then()
        .statusCode(200)
        .body("project", equalTo("shop"))
        .body("builds", equalTo(2))
        .body("hitRate", equalTo(0.875f))
        .body("totals.hits", equalTo(7))
        .body("totals.misses", equalTo(1))
        .body("totals.bytesFetched", equalTo(30))
        .body("totals.bytesPushed", equalTo(60))
        .body("totals.bytesSkipped", equalTo(9_000_000_000L))
        .body("totals.bytesStored", equalTo(120))
        .body("totals.millisSaved", equalTo(1500));
    given().get("/v1/projects/shop/cache?since=1d").then().body("totals.hits", equalTo(6));
    given()
        .get("/v1/projects/shop/cache?since=2020-01-01T00:00:00Z")
        .then()
        .body("since", startsWith("2020-01-01T00:00:00"))
        .body("totals.hits", equalTo(107));
  }

  @Test
  void aProjectWithoutBuildsHasNothing() {
    given()
        .get("/v1/projects/nobody/cache")
        .then()
        .statusCode(200)
        .body("builds", equalTo(0))
        .body("hitRate", equalTo(0f))
        .body("totals.bytesSkipped", equalTo(0));
  }

  @ParameterizedTest
  @ValueSource(strings = {"yesterday", "7", "7y", "-7d", "2026-13-01T00:00:00Z"})
  void aPeriodThatIsNoneIsRefused(String since) {
    given()
        .queryParam("since", since)
        .get("/v1/projects/shop/cache")
        .then()
        .statusCode(400)
        .body("code", equalTo("invalid-parameter"))
        .body("parameter", equalTo("since"));
  }
}
