package dev.brickyard.api.submission;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import dev.brickyard.api.testing.Archives;
import dev.brickyard.api.testing.Farm;
import dev.brickyard.api.testing.FarmResource;
import dev.brickyard.contracts.BuildSecret;
import dev.brickyard.contracts.SecretSeal;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Builds that come with secrets, and settings of RUN. */
@QuarkusTest
@WithTestResource(FarmResource.class)
class SecretSubmissionTest {
  private static final byte[] CONTEXT = Archives.dockerfile("FROM scratch\nCOPY . /\n");

  @Inject DataSource database;
  @Inject Farm farm;

  /** A form of a test's own making. */
  private static final class Form {
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();

    Form part(String name, byte[] content) {
      text(
          "--cut\r\nContent-Disposition: form-data; name=\"" + name + "\"; filename=\"f\"\r\n\r\n");
      body.writeBytes(content);
      text("\r\n");
      return this;
    }

    Form part(String name, String content) {
      return part(name, content.getBytes(StandardCharsets.UTF_8));
    }

    private void text(String text) {
      body.writeBytes(text.getBytes(StandardCharsets.UTF_8));
    }

    byte[] finish() {
      text("--cut--\r\n");
      return body.toByteArray();
    }
  }

  private static ValidatableResponse post(byte[] body) {
    return given()
        .config(
            io.restassured.RestAssured.config()
                .encoderConfig(
                    io.restassured.config.EncoderConfig.encoderConfig()
                        .encodeContentTypeAs(
                            "multipart/form-data", io.restassured.http.ContentType.BINARY)))
        .body(body)
        .contentType("multipart/form-data; boundary=cut")
        .post("/v1/builds?tag=app")
        .then();
  }

  private Optional<byte[]> sealed(UUID build) throws Exception {
    try (Connection connection = database.getConnection();
        PreparedStatement select =
            connection.prepareStatement(
                "select sealed from api.submission_secret_published where build_id = ?")) {
      select.setObject(1, build);
      try (ResultSet row = select.executeQuery()) {
        return row.next() ? Optional.of(row.getBytes(1)) : Optional.empty();
      }
    }
  }

  @Test
  void secretsAreSealedAndDeletedWhenTheBuildHasEnded() throws Exception {
    UUID build =
        UUID.fromString(
            post(new Form()
                    .part("secret.token", "first")
                    .part("secret.token", "hunter22")
                    .part("ssh.default", "a key")
                    .part("context", CONTEXT)
                    .finish())
                .statusCode(201)
                .extract()
                .<String>path("id"));

    byte[] kept = sealed(build).orElseThrow();
    assertThat(new String(kept, StandardCharsets.ISO_8859_1)).doesNotContain("hunter22", "token");
    List<BuildSecret> opened = SecretSeal.of(FarmResource.SECRETS_KEY).open(build, kept);
    assertThat(opened).extracting(BuildSecret::id).containsExactly("token", "default");
    assertThat(opened.getFirst().value()).asString(StandardCharsets.UTF_8).isEqualTo("hunter22");
    SubmissionEntity submission = SubmissionEntity.findById(build);
    assertThat(submission.options.secrets()).isTrue();

    farm.plan(build, "RUNNING");
    LockSupport.parkNanos(Duration.ofMillis(500).toNanos());
    assertThat(sealed(build)).isPresent();
    farm.end(build, "FAILED", 0);
    Instant deadline = Instant.now().plusSeconds(20);
    while (sealed(build).isPresent() && Instant.now().isBefore(deadline)) {
      LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
    }
    assertThat(sealed(build)).isEmpty();
  }

  @Test
  void aFormWithoutSecretsIsABuildAsAnyOther() throws Exception {
    UUID build =
        UUID.fromString(
            post(new Form().part("context", CONTEXT).finish())
                .statusCode(201)
                .extract()
                .<String>path("id"));
    assertThat(sealed(build)).isEmpty();
  }

  @Test
  void formsThatAreNotAsTheyShouldBeAreRefused() {
    post(new Form().part("secret.a", "x").finish())
        .statusCode(400)
        .body("code", equalTo("context-missing"));
    post(new Form().part("context", CONTEXT).part("secret.late", "x").finish())
        .statusCode(400)
        .body("code", equalTo("context-not-last"))
        .body("detail", containsString("secret.late"));
    post(new Form().part("token", "x").part("context", CONTEXT).finish())
        .statusCode(400)
        .body("code", equalTo("unknown-part"));
    post(new Form().part("secret.a b", "x").part("context", CONTEXT).finish())
        .statusCode(400)
        .body("code", equalTo("invalid-secret-id"));
    post(new Form().part("secret.big", new byte[500 * 1024 + 1]).part("context", CONTEXT).finish())
        .statusCode(413)
        .body("code", equalTo("secret-too-large"));
    Form many = new Form();
    for (int i = 0; i <= 100; i++) {
      many.part("secret." + i, "x");
    }
    post(many.part("context", CONTEXT).finish())
        .statusCode(413)
        .body("code", equalTo("too-many-secrets"));
    post("nonsense".getBytes(StandardCharsets.UTF_8)).statusCode(400);
    post(new Form().part("context", new byte[0]).finish())
        .statusCode(400)
        .body("code", equalTo("empty-body"));
  }

  @Test
  void settingsOfRunAreWrittenDown() {
    UUID build =
        UUID.fromString(
            given()
                .body(CONTEXT)
                .contentType("application/x-tar")
                .post(
                    "/v1/builds?tag=app&network=none&add-host=db=10.0.0.1,six:::1&add-host=gw:host-gateway"
                        + "&shm-size=128m&ulimit=nofile=10:20&ulimit=core=-1&ulimit=nofile=11")
                .then()
                .statusCode(201)
                .extract()
                .<String>path("id"));
    SubmissionEntity submission = SubmissionEntity.findById(build);
    assertThat(submission.options.run().toString())
        .isEqualTo(
            "RunSettings[network=none, extraHosts=[ExtraHost[name=db, address=10.0.0.1],"
                + " ExtraHost[name=six, address=::1], ExtraHost[name=gw, address=host-gateway]],"
                + " shmBytes=134217728, ulimits=[Ulimit[name=core, soft=-1, hard=-1],"
                + " Ulimit[name=nofile, soft=11, hard=11]]]");
  }

  @ParameterizedTest
  @CsvSource({
    "network, bridge",
    "add-host, db",
    "add-host, db=nowhere",
    "add-host, =10.0.0.1",
    "add-host, db=10.0.0.300",
    "shm-size, much",
    "shm-size, -1",
    "shm-size, 9999999p",
    "ulimit, nofile",
    "ulimit, files=3",
    "ulimit, nofile=9:3",
    "ulimit, nofile=-1:3",
  })
  void aSettingOfRunThatIsNoneIsNamed(String name, String value) {
    given()
        .body(CONTEXT)
        .contentType("application/x-tar")
        .queryParam("tag", "app")
        .queryParam(name, value)
        .post("/v1/builds")
        .then()
        .statusCode(400)
        .body("code", equalTo("invalid-parameter"))
        .body("parameter", equalTo(name));
  }
}
