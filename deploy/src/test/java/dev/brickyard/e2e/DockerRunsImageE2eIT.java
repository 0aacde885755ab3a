package dev.brickyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.brickyard.engine.image.Platform;
import dev.brickyard.yard.base.BaseImage;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.startupcheck.OneShotStartupCheckStrategy;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;

/** A Docker engine pulls what the farm just built, and runs it. */
class DockerRunsImageE2eIT extends FarmE2e {
  /** Debian roots take long to make and are the same for every run. */
  private static final Path BASES = Path.of("/var/cache/brickyard-test/bases");

  private static DockerEngine docker;

  @BeforeAll
  static void startDocker() {
    docker = DockerEngine.start();
  }

  @AfterAll
  static void stopDocker() {
    docker.close();
  }

  @Test
  void theFlaskExampleAnswers() throws Exception {
    new BaseImage(yard.registry(), BASES, line -> {}).ensure(List.of(Platform.LINUX_AMD64));
    String name = yard.registry() + "/docker/flask:" + UUID.randomUUID();
    ContextTar context = new ContextTar();
    for (String file : new String[] {"Dockerfile", "requirements.txt", "app.py"}) {
      context.file(file, Files.readString(Path.of("../examples/flask-app", file)));
    }
    JsonNode build = farm.build(context, "tag=" + name, "platform=linux/amd64");
    assertThat(build.get("state").asText()).as(build.toString()).isEqualTo("SUCCEEDED");

    int port = freePort();
    try (GenericContainer<?> flask =
        new GenericContainer<>(DockerImageName.parse(name))
            .withNetworkMode("host")
            .withEnv("PORT", Integer.toString(port))
            .waitingFor(Wait.forLogMessage(".*Running on.*", 1))) {
      flask.start();
      HttpResponse<String> page =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/"))
                      .timeout(Duration.ofSeconds(20))
                      .build(),
                  HttpResponse.BodyHandlers.ofString());
      assertThat(page.statusCode()).isEqualTo(200);
      assertThat(page.body()).contains("laid brick by brick, on x86_64");
    }
  }

  @Test
  void bothPlatformsRun() {
    String name = yard.registry() + "/docker/uname:" + UUID.randomUUID();
    JsonNode build =
        farm.build(
            ContextTar.of("FROM busybox\nCOPY say /say\nCMD [\"sh\", \"/say\"]\n")
                .file("say", "echo \"this is $(uname -m)\"\n"),
            "tag=" + name,
            "platform=linux/amd64,linux/arm64");
    assertThat(build.get("state").asText()).as(build.toString()).isEqualTo("SUCCEEDED");

    for (JsonNode job : build.get("jobs")) {
      if (job.get("kind").asText().equals("BUILD")) {
        String machine = job.get("platform").asText().endsWith("arm64") ? "aarch64" : "x86_64";
        String image =
            name.substring(0, name.lastIndexOf(':')) + "@" + job.get("manifestDigest").asText();
        try (GenericContainer<?> container =
            new GenericContainer<>(DockerImageName.parse(image))
                .withNetworkMode("host")
                .withCreateContainerCmdModifier(
                    command -> command.withPlatform(job.get("platform").asText()))
                .withStartupCheckStrategy(new OneShotStartupCheckStrategy())) {
          container.start();
          assertThat(container.getLogs()).contains("this is " + machine);
        }
      }
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
