package dev.brickyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import dev.brickyard.yard.configuration.ServiceName;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two builds on two workers come to the same step while neither has done it. */
class LeaseE2eIT extends FarmE2e {
  private static final ServiceName SECOND = ServiceName.worker(2);
  private static final String STEP_END = "cat /id";

  private final String salt = UUID.randomUUID().toString();
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final Map<String, CountDownLatch> gates = new ConcurrentHashMap<>();
  private HttpServer gate;
  private String filler;

  /** A step that asks here shows that it runs, and waits for the answer. */
  @BeforeEach
  void open() throws IOException {
    gate = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    gate.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    gate.createContext(
        "/",
        exchange -> {
          String name = exchange.getRequestURI().getPath();
          asked.add(name);
          try (exchange) {
            gates.computeIfAbsent(name, n -> new CountDownLatch(1)).await();
            exchange.sendResponseHeaders(200, -1);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    gate.start();
  }

  @AfterEach
  void close() {
    gates.values().forEach(CountDownLatch::countDown);
    if (filler != null) {
      farm.cancel(filler);
      farm.awaitEnd(filler);
    }
    gate.stop(0);
    yard.up(WORKER);
    yard.down(SECOND);
  }

  private String wait(String name) {
    return "wget -q -O /dev/null http://127.0.0.1:" + gate.getAddress().getPort() + name;
  }

  private String submit() {
    return farm.submit(
        ContextTar.of(
            """
            FROM busybox
            WORKDIR /work
            COPY Dockerfile .
            RUN echo begun-%1$s; cat /proc/sys/kernel/random/uuid > /id; %2$s; %3$s
            """
                .formatted(salt, wait("/step"), STEP_END)),
        "tag=" + yard.registry() + "/lease/" + salt);
  }

  private void awaitAsked(String name, int times) {
    farm.await(
        () -> asked.stream().filter(name::equals).count() >= times,
        name + " is asked for " + times + " times");
  }

  /** One build runs the step on the first worker, another waits for it on the second. */
  private List<String> twoBuilds() {
    String first = submit();
    awaitAsked("/step", 1);
    // Fills the first worker, so that the next build goes to the second.
    filler =
        farm.submit(
            ContextTar.of("FROM busybox\nRUN echo %s; %s\n".formatted(salt, wait("/filler"))),
            "tag=" + yard.registry() + "/lease/filler");
    awaitAsked("/filler", 1);
    yard.up(SECOND);
    String second = submit();
    farm.awaitLog(second, "begun-" + salt);
    assertThat(worker(farm.get(first))).isNotEqualTo(worker(farm.get(second)));
    farm.cancel(filler);
    farm.awaitEnd(filler);
    return List.of(first, second);
  }

  private static String worker(JsonNode build) {
    return build.get("jobs").get(0).get("worker").asText();
  }

  private JsonNode succeeded(String id) {
    JsonNode build = farm.awaitEnd(id);
    assertThat(build.get("state").asText()).as(build.toString()).isEqualTo("SUCCEEDED");
    return build;
  }

  private String idPrinted(String build) {
    List<String> lines =
        farm.log(build).lines().filter(line -> line.matches("(.*\\W)?[0-9a-f-]{36}")).toList();
    return lines.getLast().substring(lines.getLast().length() - 36);
  }

  @Test
  void oneRunsTheStepAndBothShowItsOutputAndHaveItsLayer() {
    List<String> builds = twoBuilds();
    gates.get("/step").countDown();

    JsonNode first = succeeded(builds.getFirst());
    JsonNode second = succeeded(builds.getLast());

    assertThat(asked).filteredOn("/step"::equals).hasSize(1);
    assertThat(second.get("image").get("digest")).isEqualTo(first.get("image").get("digest"));
    assertThat(ApiClient.step(first, STEP_END)).isEqualTo("DONE");
    assertThat(ApiClient.step(second, STEP_END)).isEqualTo("CACHED");
    assertThat(idPrinted(builds.getLast())).isEqualTo(idPrinted(builds.getFirst()));
    assertThat(farm.log(builds.getLast())).containsOnlyOnce("begun-" + salt);
  }

  @Test
  void whoWaitsTakesOverFromAKilledWorker() {
    List<String> builds = twoBuilds();

    yard.kill(WORKER);
    awaitAsked("/step", 2);
    gates.get("/step").countDown();

    JsonNode second = succeeded(builds.getLast());
    JsonNode first = succeeded(builds.getFirst());
    assertThat(ApiClient.step(second, STEP_END)).isIn("DONE", "CACHED");
    // The one whose worker died began anew, and met the other at the step.
    assertThat(first.get("image").get("digest")).isEqualTo(second.get("image").get("digest"));
    assertThat(asked).filteredOn("/step"::equals).hasSize(2);
  }
}
