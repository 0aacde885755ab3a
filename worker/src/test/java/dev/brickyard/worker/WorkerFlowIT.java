package dev.brickyard.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brickyard.contracts.BuildEvent;
import dev.brickyard.contracts.Failure;
import dev.brickyard.contracts.ImageManifest;
import dev.brickyard.contracts.LogChunk;
import dev.brickyard.contracts.Outcome;
import dev.brickyard.contracts.PublishSpecification;
import dev.brickyard.contracts.StepStatus;
import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.BuildRequest;
import dev.brickyard.engine.StepOutcome;
import dev.brickyard.engine.StepPlan;
import dev.brickyard.engine.dockerfile.SourceRange;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.image.MediaTypes;
import dev.brickyard.engine.image.Platform;
import dev.brickyard.storage.log.LogEntry;
import dev.brickyard.storage.log.LogReader;
import dev.brickyard.storage.log.LogStore;
import dev.brickyard.worker.TestFarm.Submitted;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** How a job comes to a worker, and what is told of it. */
class WorkerFlowIT extends WorkersAtAFarm {
  @Test
  void jobIsClaimedBuiltAndReported() throws Exception {
    Platform platform = farm.platform();
    List<BuildRequest> requests = new ArrayList<>();
    start(
        "w",
        1,
        new ScriptedEngine(
            (request, observer) -> {
              requests.add(request);
              observer.planned(List.of(new StepPlan(STEP, "[1/1] RUN make", 2, List.of())));
              observer.started(STEP);
              observer.log(STEP, false, bytes("hello "));
              observer.log(STEP, false, bytes("world\n"));
              observer.log(STEP, true, bytes("oops\n"));
              observer.progress(STEP, "bytes-pulled", 7, 7);
              observer.finished(STEP, StepOutcome.DONE);
              return ScriptedEngine.result("image");
            }),
        platform);

    Submitted job = farm.submit(platform, CONTEXT, TAG);
    List<BuildEvent> events = farm.eventsUntilFinished(job);

    assertThat(requests).hasSize(1);
    assertThat(requests.getFirst().dockerfile()).isEqualTo("FROM scratch\n");
    assertThat(requests.getFirst().pushTo().toString()).isEqualTo("[" + TAG + "]");
    assertThat(requests.getFirst().cache().scope().name()).isEqualTo("project");
    assertThat(events)
        .extracting(event -> event.getClass().getSimpleName())
        .containsSubsequence(
            "JobStarted", "StepsPlanned", "StepStarted", "StepFinished", "JobFinished");
    BuildEvent.StepFinished step = only(events, BuildEvent.StepFinished.class);
    assertThat(step.status()).isEqualTo(StepStatus.DONE);
    assertThat(step.counters()).containsEntry("bytes-pulled", 7L);
    BuildEvent.JobFinished finished = only(events, BuildEvent.JobFinished.class);
    assertThat(finished.outcome()).isEqualTo(Outcome.SUCCEEDED);
    assertThat(finished.attempt()).isEqualTo(1);
    ImageManifest image = finished.image();
    assertThat(image).isNotNull();
    assertThat(image.digest()).isEqualTo(Digest.of("image").toString());

    List<LogChunk> chunks = farm.chunks(job.buildId());
    assertThat(text(chunks)).isEqualTo("hello world\noops\n");
    assertThat(chunks).extracting(LogChunk::sequence).isEqualTo(List.of(0L, 1L));
    assertThat(storedLog(job, 1)).isEqualTo("hello world\noops\n");
  }

  @Test
  void everySlotServesItsPlatformWhateverElseTheWorkerOffers() throws Exception {
    Platform first = farm.platform();
    Platform second = farm.platform();
    CyclicBarrier together = new CyclicBarrier(2);
    start(
        "w",
        2,
        new ScriptedEngine(
            (request, observer) -> {
              try {
                together.await(60, TimeUnit.SECONDS);
              } catch (BrokenBarrierException | TimeoutException e) {
                throw new AssertionError("the other job never ran beside this one", e);
              }
              return ScriptedEngine.result("image");
            }),
        first,
        second);

    for (Platform platform : List.of(first, second)) {
      Submitted one = farm.submit(platform, CONTEXT, TAG);
      Submitted other = farm.submit(platform, CONTEXT, TAG);
      for (Submitted job : List.of(one, other)) {
        BuildEvent.JobFinished finished =
            only(farm.eventsUntilFinished(job), BuildEvent.JobFinished.class);
        assertThat(finished.outcome()).isEqualTo(Outcome.SUCCEEDED);
      }
    }
  }

  @Test
  void publishJobMovesTheTags() throws Exception {
    Platform platform = farm.platform();
    start("w", 1, unused(), platform);

    Submitted job =
        farm.submit(
            platform,
            new PublishSpecification(
                List.of(manifest("linux/amd64", 10), manifest("linux/arm64", 20)),
                List.of(TAG),
                List.of()));

    BuildEvent.JobFinished finished =
        only(farm.eventsUntilFinished(job), BuildEvent.JobFinished.class);
    assertThat(finished.outcome()).isEqualTo(Outcome.SUCCEEDED);
    assertThat(finished.image())
        .isEqualTo(
            new ImageManifest(
                "linux/amd64,linux/arm64",
                MediaTypes.OCI_INDEX,
                Digest.of("index").toString(),
                5,
                30));
  }

  @Test
  void usersFailureIsToldWithItsPlaceAndStep() throws Exception {
    Platform platform = farm.platform();
    start(
        "w",
        1,
        new ScriptedEngine(
            (request, observer) -> {
              observer.started(STEP);
              observer.finished(STEP, StepOutcome.FAILED);
              throw BuildFailure.user("run-failed", "make failed.")
                  .at("Dockerfile", SourceRange.lines(3, 4), ">>> RUN make")
                  .withProcess(2, "no rule");
            }),
        platform);

    Submitted job = farm.submit(platform, CONTEXT, TAG);

    assertThat(only(farm.eventsUntilFinished(job), BuildEvent.JobFinished.class).failure())
        .isEqualTo(
            new Failure(
                "run-failed",
                Failure.Kind.USER,
                "make failed.",
                "Dockerfile",
                3,
                1,
                4,
                ">>> RUN make",
                2,
                "no rule",
                "build-1"));
  }

  @Test
  void bugInTheEngineIsTheFarmsFailure() throws Exception {
    Platform platform = farm.platform();
    start(
        "w",
        1,
        new ScriptedEngine(
            (request, observer) -> {
              throw new IllegalStateException("a bug");
            }),
        platform);

    Submitted job = farm.submit(platform, CONTEXT, TAG);

    Failure failure = only(farm.eventsUntilFinished(job), BuildEvent.JobFinished.class).failure();
    assertThat(failure).isNotNull();
    assertThat(failure.kind()).isEqualTo(Failure.Kind.FARM);
    assertThat(failure.code()).isEqualTo("worker-error");
  }

  @Test
  void missingDockerfileIsTheUsersFailure() throws Exception {
    Platform platform = farm.platform();
    start("w", 1, unused(), platform);

    Submitted job = farm.submit(platform, Map.of("Makefile", "all:\n"), TAG);

    Failure failure = only(farm.eventsUntilFinished(job), BuildEvent.JobFinished.class).failure();
    assertThat(failure).isNotNull();
    assertThat(failure.code()).isEqualTo("dockerfile-missing");
    assertThat(failure.kind()).isEqualTo(Failure.Kind.USER);
  }

  private static ImageManifest manifest(String platform, long size) {
    return new ImageManifest(
        platform, MediaTypes.OCI_MANIFEST, Digest.of(platform).toString(), 3, size);
  }

  /** Waits for it: it is stored while the job's end is told. */
  private static String storedLog(Submitted job, int attempt) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    TestFarm.await("the log", () -> isStored(job));
    try (LogReader reader = new LogStore(farm.objects).open(job.buildId(), job.jobId(), attempt)) {
      Optional<LogEntry> entry = reader.next();
      while (entry.isPresent()) {
        out.write(entry.get().bytes());
        entry = reader.next();
      }
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  private static boolean isStored(Submitted job) {
    try {
      return !new LogStore(farm.objects).list(job.buildId()).isEmpty();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static String text(List<LogChunk> chunks) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    chunks.forEach(chunk -> out.writeBytes(chunk.bytes()));
    return out.toString(StandardCharsets.UTF_8);
  }
}
