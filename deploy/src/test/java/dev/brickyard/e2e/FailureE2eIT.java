package dev.brickyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.brickyard.engine.registry.TestRegistry;
import java.net.http.HttpResponse;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What a user is told when the build cannot succeed, and that nothing else happens then. */
class FailureE2eIT extends FarmE2e {
  private JsonNode failing(ContextTar context, String... parameters) {
    JsonNode build =
        farm.build(
            context,
            parameters.length > 0
                ? parameters
                : new String[] {"tag=" + yard.registry() + "/failing/" + UUID.randomUUID()});
    assertThat(build.get("state").asText()).as(build.toString()).isEqualTo("FAILED");
    assertThat(build.get("failure").get("kind").asText()).isEqualTo("USER");
    return build.get("failure");
  }

  @Test
  void aFailingRunNamesLineCommandExitCodeAndLastOutput() {
    JsonNode failure =
        failing(
            ContextTar.of(
                """
                FROM busybox

                RUN echo "the last words"; \\
                    exit 37
                """));

    assertThat(failure.get("line").asInt()).isEqualTo(3);
    assertThat(failure.get("file").asText()).isEqualTo("Dockerfile");
    assertThat(failure.get("exitCode").asInt()).isEqualTo(37);
    assertThat(failure.get("message").asText()).contains("exit 37").contains("37");
    assertThat(failure.get("logTail").asText()).contains("the last words");
    assertThat(failure.get("excerpt").asText()).contains(">>> RUN echo");
  }

  @Test
  void aSyntaxErrorIsAnsweredAtOnceAndNothingIsQueued() {
    String project = "syntax-" + UUID.randomUUID();
    HttpResponse<String> response =
        farm.post(
            ContextTar.of("FROM busybox\nRUNN echo hi\n").bytes(),
            "tag=" + yard.registry() + "/syntax",
            "project=" + project);

    assertThat(response.statusCode()).isEqualTo(422);
    assertThat(response.headers().firstValue("content-type"))
        .hasValueSatisfying(type -> assertThat(type).startsWith("application/problem+json"));
    JsonNode problem = ApiClient.json(response);
    assertThat(problem.get("file").asText()).isEqualTo("Dockerfile");
    assertThat(problem.get("line").asInt()).isEqualTo(2);
    assertThat(problem.get("column").asInt()).isEqualTo(1);
    assertThat(problem.get("detail").asText()).contains("RUNN");
    assertThat(farm.list("project=" + project)).isEmpty();
  }

  @Test
  void aMissingBaseImageIsNamed() {
    JsonNode failure = failing(ContextTar.of("FROM " + yard.registry() + "/no/such:1\n"));

    assertThat(failure.get("message").asText()).contains("/no/such:1").contains("not found");
    assertThat(failure.get("line").asInt()).isEqualTo(1);
  }

  @Test
  void anUnknownStageIsNamed() {
    JsonNode failure =
        failing(ContextTar.of("FROM busybox\nCOPY --from=" + yard.registry() + "/nostage /a /b\n"));

    assertThat(failure.get("message").asText()).contains("nostage");
    assertThat(failure.get("line").asInt()).isEqualTo(2);
  }

  @Test
  void anUnknownFileInCopyIsNamed() {
    JsonNode failure = failing(ContextTar.of("FROM busybox\nCOPY nothing.txt /\n"));

    assertThat(failure.get("message").asText()).contains("nothing.txt").contains("not found");
    assertThat(failure.get("line").asInt()).isEqualTo(2);
  }

  @Test
  void aDeniedPushNamesTheRepository() {
    try (TestRegistry locked = TestRegistry.startWithPassword()) {
      JsonNode failure =
          failing(
              ContextTar.of("FROM busybox\nRUN true\n"), "tag=" + locked.host() + "/closed/app");

      assertThat(failure.get("message").asText())
          .contains(locked.host() + "/closed/app")
          .containsIgnoringCase("push");
    }
  }

  @Test
  void oneFailedPlatformFailsTheBuildAndMovesNoTag() {
    String name = yard.registry() + "/half/" + UUID.randomUUID();
    failing(
        ContextTar.of("FROM busybox\nARG TARGETARCH\nRUN test $TARGETARCH = amd64\n"),
        "tag=" + name,
        "platform=linux/amd64,linux/arm64");

    JsonNode failure = failing(ContextTar.of("FROM " + name + "\nRUN true\n"));
    assertThat(failure.get("message").asText()).contains("not found");
  }

  @Test
  void aCanceledBuildStops() {
    String id =
        farm.submit(
            ContextTar.of("FROM busybox\nRUN echo started; sleep 600\n"),
            "tag=" + yard.registry() + "/canceled");
    farm.awaitLog(id, "started");

    assertThat(farm.cancel(id).statusCode()).isEqualTo(202);

    JsonNode build = farm.awaitEnd(id);
    assertThat(build.get("state").asText()).isEqualTo("CANCELED");
    assertThat(farm.cancel(id).statusCode()).isEqualTo(409);
  }
}
