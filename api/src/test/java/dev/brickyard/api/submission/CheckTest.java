package dev.brickyard.api.submission;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;

import dev.brickyard.api.testing.Archives;
import dev.brickyard.api.testing.FarmResource;
import dev.brickyard.storage.object.S3ObjectStore;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.ResultSet;
import java.util.Optional;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(FarmResource.class)
class CheckTest {
  private static final String LOWER_AS = "FROM scratch as base\nCOPY a.txt /\n";

  @Inject DataSource database;
  @Inject S3ObjectStore objects;

  @Test
  void warningsAreListedAndNothingIsQueuedOrKept() throws Exception {
    long submissions = submissions();
    int stored = stored();

    check(
            "?file=deploy/Dockerfile",
            Archives.tar()
                .file("deploy/Dockerfile", LOWER_AS)
                .file("deploy/Dockerfile.dockerignore", "*.txt\n")
                .file(".dockerignore", "")
                .file("a.txt", "x".repeat(400_000))
                .bytes())
        .statusCode(200)
        .body("warnings.rule", contains("FromAsCasing", "CopyIgnoredFile"))
        .body("warnings.line", contains(1, 2))
        .body("warnings[0].detail", equalTo("'as' and 'FROM' keywords' casing do not match"))
        .body("warnings[0].description", containsString("should match the case"))
        .body("warnings[0].url", equalTo("docs/checks/FromAsCasing.md"))
        .body("warnings[0].file", equalTo("deploy/Dockerfile"))
        .body("warnings[0].endLine", equalTo(1))
        .body("warnings[0].excerpt", containsString(">>> FROM scratch as base"))
        .body("failure", nullValue());

    assertThat(submissions()).isEqualTo(submissions);
    assertThat(stored()).isEqualTo(stored);
  }

  @Test
  void nothingToSay() {
    check("", Archives.dockerfile("FROM scratch\nCOPY a /\n"))
        .statusCode(200)
        .body("warnings", hasSize(0))
        .body("failure", nullValue());
  }

  @Test
  void targetsAndArgumentsCount() {
    byte[] two = Archives.dockerfile("FROM scratch AS a\nCMD x\nFROM scratch AS b\n");
    check("", two).body("warnings.line", contains(2));
    check("?target=b", two).body("warnings", hasSize(0));
    check("?build-arg=BUILDKIT_DOCKERFILE_CHECK=skip=all", two).body("warnings", hasSize(0));
    check("?build-arg=BUILDKIT_DOCKERFILE_CHECK=error=true", two)
        .statusCode(200)
        .body("warnings", hasSize(1))
        .body("failure.code", equalTo("lint-violation"))
        .body("failure.kind", equalTo("USER"))
        .body("failure.message", equalTo("lint violation found for rules: JSONArgsRecommended"));
  }

  @Test
  void whatIsNoDockerfileIsRefusedAsForABuild() {
    check("", Archives.dockerfile("FROM scratch\nCOPPY a b\n"))
        .statusCode(422)
        .body("code", equalTo("dockerfile-unknown-instruction"))
        .body("line", equalTo(2));
    check("?target=nowhere", Archives.dockerfile("FROM scratch\n"))
        .statusCode(422)
        .body("code", equalTo("unknown-target"));
    check(
            "",
            Archives.tar().file("Dockerfile", "FROM scratch\n").file(".dockerignore", "[").bytes())
        .statusCode(422)
        .body("code", equalTo("dockerignore-invalid"));
  }

  @Test
  void checksThatCannotBeChosenAreRefusedForBuildsToo() {
    byte[] wrong = Archives.dockerfile("# check=nonsense\nFROM scratch\n");
    check("", wrong)
        .statusCode(422)
        .body("code", equalTo("bad-check-option"))
        .body("line", equalTo(1))
        .body(
            "detail", equalTo("failed to parse check options: invalid check option \"nonsense\""));
    given()
        .body(wrong)
        .contentType("application/x-tar")
        .post("/v1/builds?tag=a")
        .then()
        .statusCode(422)
        .body("code", equalTo("bad-check-option"));
    check("?build-arg=BUILDKIT_DOCKERFILE_CHECK=x", Archives.dockerfile("FROM scratch\n"))
        .statusCode(422)
        .body("parameter", equalTo("build-arg"));
  }

  private static ValidatableResponse check(String query, byte[] body) {
    return given()
        .urlEncodingEnabled(false)
        .contentType("application/x-tar")
        .body(body)
        .post("/v1/checks" + query)
        .then();
  }

  private long submissions() throws Exception {
    try (Connection connection = database.getConnection();
        var select = connection.prepareStatement("select count(*) from api.submission")) {
      ResultSet rows = select.executeQuery();
      rows.next();
      return rows.getLong(1);
    }
  }

  private int stored() throws Exception {
    return objects.list("contexts/", Optional.empty(), 1000).objects().size();
  }
}
