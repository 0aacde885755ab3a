package dev.brickyard.worker;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import dev.brickyard.contracts.BuildEvent;
import dev.brickyard.contracts.Failure;
import dev.brickyard.contracts.ImageManifest;
import dev.brickyard.contracts.LogChunk;
import dev.brickyard.contracts.Outcome;
import dev.brickyard.contracts.StepCause;
import dev.brickyard.contracts.StepStatus;
import dev.brickyard.engine.image.Platform;
import dev.brickyard.engine.testing.TestRoot;
import dev.brickyard.worker.TestFarm.Submitted;
import dev.brickyard.worker.disk.DataDirectory;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The whole service as it runs in production, with the real engine, registry, Kafka and S3. */
@QuarkusTest
@WithTestResource(RunningFarm.class)
class WorkerServiceIT {
  private static final String DOCKERFILE =
      """
      FROM scratch
      COPY --chmod=755 busybox /bin/busybox
      RUN ["/bin/busybox", "sh", "-c", "echo laid one brick; echo brick > /wall"]
      CMD ["/bin/busybox", "cat", "/wall"]
      """;

  @BeforeEach
  void awaitReady() {
    TestFarm.await(
        "the service is ready", () -> given().get("/q/health/ready").statusCode() == 200);
  }

  @Test
  void buildsAnImageAndFindsItsStepsTheSecondTime() throws Exception {
    List<BuildEvent> first = build(DOCKERFILE);
    ImageManifest image = succeeded(first);
    assertThat(manifestOf(image)).isEqualTo(200);
    assertThat(statuses(first)).contains(StepStatus.DONE);

    List<BuildEvent> second = build(DOCKERFILE);
    assertThat(succeeded(second).digest()).isEqualTo(image.digest());
    assertThat(statuses(second)).contains(StepStatus.CACHED);
    assertThat(cause(second, StepStatus.CACHED, "same-definition")).isNotNull();
  }

  @Test
  void damagedRecordsAreCountedRemovedAndExplained() throws Exception {
    String dockerfile = DOCKERFILE.replace("laid one", "laid another");
    succeeded(build(dockerfile));
    TestFarm.await("the explanation is stored", () -> files("explanations/project").length > 0);
    for (File stepRecord : files("steps/project")) {
      Files.writeString(stepRecord.toPath(), "{}");
    }
    double before = faults();

    List<BuildEvent> again = build(dockerfile);
    succeeded(again);
    assertThat(faults()).isGreaterThanOrEqualTo(before + 2);
    StepCause cause = cause(again, StepStatus.DONE, "result-removed");
    assertThat(cause.sentence()).isEqualTo("its result was removed from the cache");
    assertThat(cause.verdict()).isEqualTo(StepCause.Verdict.MISS);
  }

  private static File[] files(String folder) {
    File[] files = RunningFarm.farm().s3.file("farm", folder).toFile().listFiles(File::isFile);
    return files == null ? new File[0] : files;
  }

  private static double faults() {
    return given()
        .get("/q/metrics")
        .asString()
        .lines()
        .filter(line -> line.startsWith("brickyard_cache_faults_total"))
        .filter(line -> line.contains("object=\"record\""))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  /** The cause of that kind which a step that ended so was told to have. */
  private static StepCause cause(List<BuildEvent> events, StepStatus status, String kind) {
    return events.stream()
        .filter(BuildEvent.StepFinished.class::isInstance)
        .map(BuildEvent.StepFinished.class::cast)
        .filter(end -> end.status() == status)
        .map(BuildEvent.StepFinished::cause)
        .filter(found -> found != null && found.kind().equals(kind))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no step is " + kind + ": " + events));
  }

  @Test
  void logOfARunReachesKafka() throws Exception {
    List<BuildEvent> events = build(DOCKERFILE.replace("laid one", "told of one"));
    succeeded(events);
    ByteArrayOutputStream log = new ByteArrayOutputStream();
    for (LogChunk chunk : RunningFarm.farm().chunks(events.getFirst().buildId())) {
      log.writeBytes(chunk.bytes());
    }
    assertThat(log.toString(StandardCharsets.UTF_8)).contains("told of one brick\n");
  }

  @Test
  void failingRunNamesLineExitCodeAndLastOutput() throws Exception {
    BuildEvent.JobFinished finished =
        finished(
            build(
                """
                FROM scratch
                COPY --chmod=755 busybox /bin/busybox
                RUN ["/bin/busybox", "sh", "-c", "echo out of mortar; exit 3"]
                """));
    Failure failure = finished.failure();
    assertThat(finished.outcome()).isEqualTo(Outcome.FAILED);
    assertThat(failure).isNotNull();
    assertThat(failure.kind()).isEqualTo(Failure.Kind.USER);
    assertThat(failure.line()).isEqualTo(3);
    assertThat(failure.exitCode()).isEqualTo(3);
    assertThat(failure.logTail()).contains("out of mortar");
    assertThat(failure.stepId()).isNotNull();
  }

  @Test
  void healthTellsWhichPartIsAway() {
    for (String path : List.of("/q/health/started", "/q/health/live", "/q/metrics")) {
      given().get(path).then().statusCode(200);
    }
    RunningFarm.farm().scheduler.goAway();
    RunningFarm.farm().s3.pause();
    try {
      given()
          .get("/q/health/ready")
          .then()
          .statusCode(503)
          .body("checks[0].data.'object-store'", equalTo(false))
          .body("checks[0].data.scheduler", equalTo(false))
          .body("checks[0].data.kafka", equalTo(true));
    } finally {
      RunningFarm.farm().s3.resume();
      RunningFarm.farm().scheduler.comeBack();
    }
    TestFarm.await("ready again", () -> given().get("/q/health/ready").statusCode() == 200);
  }

  @Test
  void metricsTellHowBusyItIs() {
    given()
        .get("/q/metrics")
        .then()
        .statusCode(200)
        .body(containsString("brickyard_worker_slots 2.0"));
  }

  @Test
  void secondWorkerCannotUseTheSameDirectory() {
    assertThatThrownBy(() -> DataDirectory.open(RunningFarm.data()).close())
        .hasMessage("another worker uses the data directory " + RunningFarm.data());
  }

  private static List<BuildEvent> build(String dockerfile) throws Exception {
    Submitted job =
        RunningFarm.farm()
            .submitFiles(
                Platform.current(),
                Map.of(
                    "Dockerfile",
                    dockerfile.getBytes(StandardCharsets.UTF_8),
                    "busybox",
                    TestRoot.busybox(Platform.current())),
                RunningFarm.registry().reference("test/wall:1").toString());
    return RunningFarm.farm().eventsUntilFinished(job);
  }

  private static BuildEvent.JobFinished finished(List<BuildEvent> events) {
    assertThat(events.getLast()).isInstanceOf(BuildEvent.JobFinished.class);
    return (BuildEvent.JobFinished) events.getLast();
  }

  private static ImageManifest succeeded(List<BuildEvent> events) {
    BuildEvent.JobFinished finished = finished(events);
    assertThat(finished.outcome())
        .as(String.valueOf(finished.failure()))
        .isEqualTo(Outcome.SUCCEEDED);
    ImageManifest image = finished.image();
    assertThat(image).isNotNull();
    return image;
  }

  private static List<StepStatus> statuses(List<BuildEvent> events) {
    return events.stream()
        .filter(BuildEvent.StepFinished.class::isInstance)
        .map(event -> ((BuildEvent.StepFinished) event).status())
        .toList();
  }

  private static int manifestOf(ImageManifest image) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(
              HttpRequest.newBuilder(
                      URI.create(
                          "http://"
                              + RunningFarm.registry().host()
                              + "/v2/test/wall/manifests/"
                              + image.digest()))
                  .header("Accept", image.mediaType())
                  .build(),
              HttpResponse.BodyHandlers.discarding())
          .statusCode();
    }
  }
}
