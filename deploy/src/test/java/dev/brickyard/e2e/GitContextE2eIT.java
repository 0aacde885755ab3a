package dev.brickyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.brickyard.engine.source.FileServer;
import dev.brickyard.engine.source.GitServer;
import dev.brickyard.yard.configuration.ServiceName;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A worker fetches what a build names. */
class GitContextE2eIT extends FarmE2e {
  private static final String DOCKERFILE =
      """
      FROM busybox
      COPY greeting /greeting
      RUN cat /greeting
      """;

  @TempDir Path folder;
  private final String name = yard.registry() + "/git/" + UUID.randomUUID();

  private JsonNode build(byte[] body, String... parameters) {
    HttpResponse<String> response = farm.post(body, parameters);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(201);
    return farm.awaitEnd(ApiClient.json(response).get("id").asText());
  }

  @Test
  void aRepositoryIsBuilt() throws Exception {
    try (GitServer git = new GitServer(folder.resolve("git"))) {
      GitServer.Work work = git.repository("app");
      work.file("image/Dockerfile", DOCKERFILE)
          .file("image/greeting", "hello from git")
          .commit("1");
      String context = "context=" + git.url("app") + "#main:image";
      JsonNode first = build(new byte[0], "tag=" + name, context);
      assertThat(first.get("state").asText()).as(first.toString()).isEqualTo("SUCCEEDED");
      assertThat(farm.log(first.get("id").asText())).contains("hello from git");

      JsonNode same = build(new byte[0], "tag=" + name, context);
      assertThat(ApiClient.step(same, "RUN cat /greeting")).isEqualTo("CACHED");
      assertThat(same.get("image").get("digest")).isEqualTo(first.get("image").get("digest"));

      work.file("image/Dockerfile", "FROM busybox\nNONSENSE\n").commit("2");
      JsonNode failed = build(new byte[0], "tag=" + name, context);
      assertThat(failed.get("state").asText()).isEqualTo("FAILED");
      assertThat(failed.get("failure").get("line").asInt()).as(failed.toString()).isEqualTo(2);
    }
  }

  @Test
  void aLoneDockerfileAddsWhatItNames() throws Exception {
    try (FileServer server = new FileServer().file("/greeting", "hello from afar")) {
      String dockerfile =
          "FROM busybox\nADD "
              + server.url("/greeting")
              + " /\nCOPY . /context/\nRUN cat /greeting; ls -A /context\n";
      JsonNode build = build(dockerfile.getBytes(StandardCharsets.UTF_8), "tag=" + name);
      assertThat(build.get("state").asText()).as(build.toString()).isEqualTo("SUCCEEDED");
      assertThat(farm.log(build.get("id").asText()))
          .contains("hello from afar")
          .doesNotContain("Dockerfile\n");
    }
  }

  @Test
  void theFarmsOwnServicesAreNotReached() {
    int port = yard.yard().configuration().ports().of(ServiceName.SCHEDULER);
    String dockerfile = "FROM scratch\nADD http://127.0.0.1:" + port + "/q/health /\n";
    JsonNode build = build(dockerfile.getBytes(StandardCharsets.UTF_8), "tag=" + name);
    assertThat(build.get("state").asText()).isEqualTo("FAILED");
    assertThat(build.get("failure").get("code").asText())
        .as(build.toString())
        .isEqualTo("egress-denied");
    assertThat(build.get("failure").get("line").asInt()).isEqualTo(2);
  }
}
