package dev.brickyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import dev.brickyard.yard.configuration.ServiceName;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The object store goes away for a minute while a build runs, and comes back. */
class StoreFaultsE2eIT extends FarmE2e {
  private static final Duration AWAY = Duration.ofMinutes(1);
  private static final List<String> STEPS =
      List.of("> /one", "> /two", "COPY Dockerfile /etc/", "> /three");

  private final String project = "faults-" + UUID.randomUUID();
  private final CountDownLatch asked = new CountDownLatch(1);
  private final CountDownLatch open = new CountDownLatch(1);
  private HttpServer gate;

  /** A step that asks here shows that it runs, and waits for the answer. */
  @BeforeEach
  void openGate() throws IOException {
    gate = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    gate.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    gate.createContext(
        "/",
        exchange -> {
          asked.countDown();
          try (exchange) {
            open.await();
            exchange.sendResponseHeaders(200, -1);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    gate.start();
  }

  @AfterEach
  void repair() {
    open.countDown();
    gate.stop(0);
    yard.up(ServiceName.S3);
  }

  private String submit() {
    return farm.submit(
        ContextTar.of(
            """
            FROM busybox
            RUN echo %s > /one
            RUN wget -q -O /dev/null http://127.0.0.1:%d/ && echo 2 > /two
            COPY Dockerfile /etc/
            RUN cat /one /two > /three
            """
                .formatted(project, gate.getAddress().getPort())),
        "tag=" + yard.registry() + "/faults/" + project,
        "project=" + project);
  }

  private JsonNode succeeded(String id) {
    JsonNode build = farm.awaitEnd(id);
    assertThat(build.get("state").asText()).as(build.toString()).isEqualTo("SUCCEEDED");
    return build;
  }

  private long records() throws IOException {
    Path folder = yard.data().resolve("s3/objects/brickyard/steps").resolve(project);
    if (!Files.exists(folder)) {
      return 0;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).count();
    }
  }

  @Test
  void aBuildWhoseStoreIsAwayForAWhileSucceedsAndIsRemembered() throws Exception {
    String id = submit();
    farm.await(() -> asked.getCount() == 0, "the second step runs");

    yard.kill(ServiceName.S3);
    long gone = System.nanoTime();
    long before = records();
    open.countDown();
    farm.await(
        () -> System.nanoTime() - gone > AWAY.toNanos(),
        "the store was away for " + AWAY,
        AWAY.plusSeconds(30));
    assertThat(farm.get(id).get("state").asText()).as("while it waits").isEqualTo("RUNNING");
    assertThat(records()).as("while nobody can write").isEqualTo(before);
    yard.up(ServiceName.S3);

    JsonNode first = succeeded(id);
    assertThat(first.get("jobs").get(0).get("attempt").asInt()).isEqualTo(1);
    assertThat(STEPS).allMatch(step -> ApiClient.step(first, step).equals("DONE"));
    assertThat(records()).isGreaterThanOrEqualTo(STEPS.size());

    JsonNode second = succeeded(submit());
    assertThat(STEPS).allMatch(step -> ApiClient.step(second, step).equals("CACHED"));
    assertThat(second.get("image").get("digest")).isEqualTo(first.get("image").get("digest"));
  }
}
