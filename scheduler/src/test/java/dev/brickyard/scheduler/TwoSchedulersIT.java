package dev.brickyard.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brickyard.contracts.AttemptReport;
import dev.brickyard.contracts.BuildEvent;
import dev.brickyard.contracts.ClaimGranted;
import dev.brickyard.contracts.ClaimRequest;
import dev.brickyard.contracts.JobKind;
import dev.brickyard.contracts.JobQueued;
import dev.brickyard.contracts.Json;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import jakarta.inject.Inject;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two schedulers on one database and one Kafka; the second is a process of its own. */
@QuarkusTest
@WithTestResource(RealServers.class)
class TwoSchedulersIT {
  @Inject FarmTester farm;
  @Inject TestClock clock;
  @TempDir Path folder;

  private final HttpClient http = HttpClient.newHttpClient();
  private Optional<Process> process = Optional.empty();
  private URI second = URI.create("http://127.0.0.1");

  @BeforeEach
  void startTheSecond() throws IOException {
    clock.reset();
    Path jar = Path.of("target/quarkus-app/quarkus-run.jar").toAbsolutePath();
    assertThat(jar).as("the packaged scheduler (mvn package)").exists();
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    second = URI.create("http://127.0.0.1:" + port);
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx192m", "-XX:TieredStopAtLevel=1"));
    for (String name :
        List.of(
            "kafka.bootstrap.servers",
            "quarkus.datasource.jdbc.url",
            "quarkus.datasource.username",
            "quarkus.datasource.password",
            "brickyard.internal-token",
            "brickyard.sweep.submissions")) {
      command.add("-D" + name + "=" + ConfigProvider.getConfig().getValue(name, String.class));
    }
    command.addAll(List.of("-Dquarkus.http.port=" + port, "-jar", jar.toString()));
    File log = folder.resolve("second.log").toFile();
    Process started =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log).start();
    process = Optional.of(started);
    try {
      FarmTester.await("a second scheduler", () -> isReady(started));
      FarmTester.await("the first", () -> RestAssured.get("/q/health/ready").statusCode() == 200);
    } catch (AssertionError e) {
      throw new AssertionError(Files.readString(log.toPath()), e);
    }
  }

  @AfterEach
  void stopTheSecond() throws InterruptedException {
    if (process.isPresent()) {
      process.get().destroyForcibly().waitFor();
    }
  }

  private boolean isReady(Process started) {
    assertThat(started.isAlive()).isTrue();
    try {
      return http.send(
                  HttpRequest.newBuilder(second.resolve("/q/health/ready")).build(),
                  HttpResponse.BodyHandlers.discarding())
              .statusCode()
          == 200;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private List<URI> both() {
    return List.of(URI.create("http://127.0.0.1:" + RestAssured.port), second);
  }

  private HttpResponse<byte[]> post(URI scheduler, String path, Object body)
      throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(scheduler.resolve("/internal/v1/jobs/" + path))
            .header("Authorization", "Bearer " + RealServers.TOKEN)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(Json.write(body)))
            .build(),
        HttpResponse.BodyHandlers.ofByteArray());
  }

  /** Asks both at the same instant; one that is gone has no answer. */
  private List<HttpResponse<byte[]>> askBoth(ExecutorService pool, String path, Object... bodies)
      throws Exception {
    List<Callable<Optional<HttpResponse<byte[]>>>> calls = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      URI scheduler = both().get(i);
      Object body = bodies[i % bodies.length];
      calls.add(
          () -> {
            try {
              return Optional.of(post(scheduler, path, body));
            } catch (IOException e) {
              return Optional.empty();
            }
          });
    }
    List<HttpResponse<byte[]>> answers = new ArrayList<>();
    for (Future<Optional<HttpResponse<byte[]>>> answer : pool.invokeAll(calls)) {
      answer.get().ifPresent(answers::add);
    }
    return answers;
  }

  private static ClaimRequest claim(String worker, long offset) {
    return new ClaimRequest(1, worker, "q", offset, 1);
  }

  /** What those who were granted something hold; the same for all of them. */
  private static Optional<ClaimGranted> granted(List<HttpResponse<byte[]>> answers)
      throws IOException {
    Optional<ClaimGranted> granted = Optional.empty();
    for (HttpResponse<byte[]> answer : answers) {
      assertThat(answer.statusCode()).isIn(200, 204, 409);
      if (answer.statusCode() == 200) {
        ClaimGranted one = Json.read(answer.body(), ClaimGranted.class);
        assertThat(granted.orElse(one)).isEqualTo(one);
        granted = Optional.of(one);
      }
    }
    return granted;
  }

  private Optional<ClaimGranted> report(ExecutorService pool, ClaimGranted held) throws Exception {
    BuildEvent.JobFinished finished = FarmTester.success(held);
    farm.say(finished);
    return granted(
        askBoth(
            pool,
            held.jobId() + "/attempts/" + held.attempt() + "/result",
            new AttemptReport(1, finished, List.of(), true)));
  }

  /** Plays a whole build of two platforms; every call goes to both. */
  private UUID build(ExecutorService pool) throws Exception {
    UUID build = farm.submit("linux/amd64", "linux/arm64");
    Optional<ClaimGranted> publish = Optional.empty();
    for (int i = 1; i <= 2; i++) {
      JobQueued job = farm.queued(build, i);
      ClaimGranted held =
          granted(
                  askBoth(
                      pool, job.jobId() + "/claims", claim("a", 2L * i), claim("b", 2L * i + 1)))
              .orElseThrow();
      publish = report(pool, held);
    }
    // Whoever read the event first queued it, else the worker of the last platform holds it.
    ClaimGranted last =
        publish.isPresent()
            ? publish.get()
            : granted(askBoth(pool, farm.queued(build, 3).jobId() + "/claims", claim("c", 9)))
                .orElseThrow();
    assertThat(last.kind()).isEqualTo(JobKind.PUBLISH);
    report(pool, last);
    return build;
  }

  @Test
  void everyTransitionHappensOnce() throws Exception {
    try (ExecutorService pool = Executors.newFixedThreadPool(4)) {
      for (int i = 0; i < 8; i++) {
        UUID build = build(pool);
        farm.awaitBuildState(build, "SUCCEEDED");
        farm.event(build, BuildEvent.BuildFinished.class);
        assertThat(farm.events(build, BuildEvent.BuildPlanned.class)).hasSize(1);
        assertThat(farm.events(build, BuildEvent.BuildFinished.class)).hasSize(1);
        assertThat(
                farm.column(
                    "select count(*) from scheduler.attempt a"
                        + " join scheduler.job j on j.id = a.job_id where j.build_id = ?",
                    build))
            .isEqualTo("3");
      }
    }
  }

  @Test
  void theOneGoesOnWhenTheOtherIsKilled() throws Exception {
    try (ExecutorService pool = Executors.newFixedThreadPool(4)) {
      UUID open = farm.submit("linux/amd64");
      ClaimGranted held =
          granted(askBoth(pool, farm.queued(open, 1).jobId() + "/claims", claim("a", 1)))
              .orElseThrow();
      process.orElseThrow().destroyForcibly().waitFor();
      report(pool, report(pool, held).orElseThrow());
      farm.awaitBuildState(open, "SUCCEEDED");
      farm.awaitBuildState(build(pool), "SUCCEEDED");
      farm.event(open, BuildEvent.BuildFinished.class);
    }
  }
}
