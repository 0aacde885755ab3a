package dev.brickyard.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brickyard.contracts.BuildEvent;
import dev.brickyard.contracts.Failure;
import dev.brickyard.contracts.ImageManifest;
import dev.brickyard.contracts.JobKind;
import dev.brickyard.contracts.LogChunk;
import dev.brickyard.contracts.Outcome;
import dev.brickyard.contracts.PublishSpecification;
import dev.brickyard.contracts.StepStatus;
import dev.brickyard.contracts.Topics;
import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.BuildRequest;
import dev.brickyard.engine.StepId;
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
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkerFlowIT {
  private static final StepId STEP = new StepId("build-1");
  private static final Map<String, String> CONTEXT = Map.of("Dockerfile", "FROM scratch\n");
  private static final String TAG = "registry.test/app:1";
  private static TestFarm farm;

  @TempDir Path folder;
  private final List<Worker> workers = new ArrayList<>();

  @BeforeAll
  static void startFarm() throws Exception {
    farm = new TestFarm();
  }

  @AfterAll
  static void stopFarm() {
    farm.close();
  }

  @AfterEach
  void stopWorkers() throws Exception {
    for (Worker worker : workers) {
      worker.stop(Duration.ZERO);
    }
    farm.scheduler.comeBack();
  }

  private Worker start(String id, int slots, ScriptedEngine engine, Platform... platforms) {
    Worker worker = farm.worker(id, slots, folder, engine, platforms);
    workers.add(worker);
    worker.start();
    return worker;
  }

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

  @Test
  void recordIsKeptWhileTheJobOutlivesItsLock() throws Exception {
    Platform platform = farm.platform();
    CountDownLatch release = new CountDownLatch(1);
    AtomicInteger builds = new AtomicInteger();
    ScriptedEngine engine =
        new ScriptedEngine(
            (request, observer) -> {
              builds.incrementAndGet();
              release.await();
              return ScriptedEngine.result("image");
            });
    start("w1", 1, engine, platform);
    start("w2", 1, engine, platform);

    Submitted job = farm.submit(platform, CONTEXT, TAG);
    // Three times the lock's duration: two heartbeats a lock, counted at the scheduler.
    TestFarm.await("heartbeats", () -> farm.scheduler.beats(job.jobId()) >= 6);
    release.countDown();

    assertThat(only(farm.eventsUntilFinished(job), BuildEvent.JobFinished.class).attempt())
        .isEqualTo(1);
    assertThat(builds).hasValue(1);
  }

  @Test
  void busySlotLeavesOtherJobsToIdleWorkers() throws Exception {
    Platform first = farm.platform();
    Platform second = farm.platform();
    CountDownLatch release = new CountDownLatch(1);
    AtomicInteger building = new AtomicInteger();
    ScriptedEngine engine =
        new ScriptedEngine(
            (request, observer) -> {
              building.incrementAndGet();
              release.await();
              return ScriptedEngine.result("image");
            });
    Worker one = start("w1", 1, engine, first, second);
    Worker two = start("w2", 1, engine, first, second);
    TestFarm.await("both take jobs", () -> one.isTaking() && two.isTaking());

    Submitted a = farm.submit(first, CONTEXT, TAG);
    Submitted b = farm.submit(second, CONTEXT, TAG);
    long began = System.nanoTime();
    TestFarm.await("both build at once", () -> building.get() == 2);
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(TestFarm.LOCK);
    Submitted c = farm.submit(first, CONTEXT, TAG);
    release.countDown();

    for (Submitted job : List.of(a, b, c)) {
      assertThat(only(farm.eventsUntilFinished(job), BuildEvent.JobFinished.class).attempt())
          .isEqualTo(1);
    }
  }

  @Test
  void cancelStopsTheBuild() throws Exception {
    Platform platform = farm.platform();
    CountDownLatch building = new CountDownLatch(1);
    start(
        "w",
        1,
        new ScriptedEngine(
            (request, observer) -> {
              observer.started(STEP);
              building.countDown();
              try {
                new CountDownLatch(1).await();
              } finally {
                observer.finished(STEP, StepOutcome.CANCELED);
              }
              throw new AssertionError("never");
            }),
        platform);

    Submitted job = farm.submit(platform, CONTEXT, TAG);
    assertThat(building.await(20, TimeUnit.SECONDS)).isTrue();
    farm.cancel(job);

    List<BuildEvent> events = farm.eventsUntilFinished(job);
    assertThat(only(events, BuildEvent.StepFinished.class).status()).isEqualTo(StepStatus.CANCELED);
    assertThat(only(events, BuildEvent.JobFinished.class).outcome()).isEqualTo(Outcome.CANCELED);
  }

  @Test
  void supersededAttemptStopsAndSaysNothing() throws Exception {
    Platform platform = farm.platform();
    CountDownLatch building = new CountDownLatch(1);
    AtomicBoolean interrupted = new AtomicBoolean();
    Worker worker =
        start(
            "w",
            1,
            new ScriptedEngine(
                (request, observer) -> {
                  building.countDown();
                  try {
                    new CountDownLatch(1).await();
                  } catch (InterruptedException e) {
                    interrupted.set(true);
                    throw e;
                  }
                  throw new AssertionError("never");
                }),
            platform);

    Submitted job = farm.submit(platform, CONTEXT, TAG);
    assertThat(building.await(20, TimeUnit.SECONDS)).isTrue();
    farm.scheduler.end(job.jobId());
    TestFarm.await("the engine is stopped", interrupted::get);
    TestFarm.await("the slot is free", () -> worker.busy() == 0);

    // The record is gone: the next job of the queue is delivered, and this one not again.
    Submitted next = farm.submit(platform, Map.of("x", "no Dockerfile"), TAG);
    farm.eventsUntilFinished(next);
    assertThat(farm.eventsUntil(job.buildId(), BuildEvent.JobStarted.class::isInstance)).hasSize(1);
    assertThat(farm.scheduler.claims())
        .filteredOn(c -> c.queue().equals(queue(platform)))
        .hasSize(2);
  }

  @Test
  void endedAndUnknownJobsAreDropped() throws Exception {
    Platform platform = farm.platform();
    start("w", 1, unused(), platform);
    Submitted unknown =
        new Submitted(java.util.UUID.randomUUID(), java.util.UUID.randomUUID(), platform);
    farm.enqueue(unknown, JobKind.BUILD);
    farm.send(queue(platform), bytes("not a job at all"));
    Submitted good = farm.submit(platform, Map.of("x", "no Dockerfile"), TAG);

    farm.eventsUntilFinished(good);
    assertThat(farm.scheduler.claims())
        .filteredOn(c -> c.queue().equals(queue(platform)))
        .hasSize(2);
  }

  @Test
  void claimWaitsForTheSchedulerToComeBack() throws Exception {
    Platform platform = farm.platform();
    Worker worker = start("w", 1, unused(), platform);
    farm.scheduler.goAway();
    Submitted job = farm.submit(platform, Map.of("x", "no Dockerfile"), TAG);
    TestFarm.await("the job is held", () -> worker.busy() == 1);
    long until = System.nanoTime() + TestFarm.LOCK.multipliedBy(2).toNanos();
    TestFarm.await("longer than a lock", () -> System.nanoTime() > until);
    assertThat(worker.busy()).isEqualTo(1);
    farm.scheduler.comeBack();

    farm.eventsUntilFinished(job);
    assertThat(farm.scheduler.claims())
        .filteredOn(c -> c.queue().equals(queue(platform)))
        .allMatch(c -> c.deliveryCount() == 1);
  }

  @Test
  void stoppedWorkerHandsItsJobToAnother() throws Exception {
    Platform platform = farm.platform();
    CountDownLatch building = new CountDownLatch(1);
    Worker first =
        start(
            "w1",
            1,
            new ScriptedEngine(
                (request, observer) -> {
                  building.countDown();
                  new CountDownLatch(1).await();
                  throw new AssertionError("never");
                }),
            platform);
    Submitted job = farm.submit(platform, CONTEXT, TAG);
    assertThat(building.await(20, TimeUnit.SECONDS)).isTrue();

    first.stop(Duration.ofMillis(100));
    List<BuildEvent> released =
        farm.eventsUntil(job.buildId(), BuildEvent.JobReleased.class::isInstance);
    assertThat(only(released, BuildEvent.JobReleased.class).attempt()).isEqualTo(1);

    start("w2", 1, succeeding(), platform);
    BuildEvent.JobFinished finished =
        only(farm.eventsUntilFinished(job), BuildEvent.JobFinished.class);
    assertThat(finished.attempt()).isEqualTo(2);
    assertThat(finished.outcome()).isEqualTo(Outcome.SUCCEEDED);
  }

  @Test
  void graceLetsTheJobEnd() throws Exception {
    Platform platform = farm.platform();
    CountDownLatch building = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    Worker worker =
        start(
            "w",
            1,
            new ScriptedEngine(
                (request, observer) -> {
                  building.countDown();
                  release.await();
                  return ScriptedEngine.result("image");
                }),
            platform);
    Submitted job = farm.submit(platform, CONTEXT, TAG);
    assertThat(building.await(20, TimeUnit.SECONDS)).isTrue();

    Thread stopping =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    worker.stop(Duration.ofSeconds(20));
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                });
    TestFarm.await("draining", () -> !worker.isTaking());
    release.countDown();
    assertThat(stopping.join(Duration.ofSeconds(20))).isTrue();

    assertThat(only(farm.eventsUntilFinished(job), BuildEvent.JobFinished.class).outcome())
        .isEqualTo(Outcome.SUCCEEDED);
  }

  private static ScriptedEngine unused() {
    return new ScriptedEngine(
        (request, observer) -> {
          throw new AssertionError("nothing was to be built");
        });
  }

  private static ScriptedEngine succeeding() {
    return new ScriptedEngine((request, observer) -> ScriptedEngine.result("image"));
  }

  private static ImageManifest manifest(String platform, long size) {
    return new ImageManifest(
        platform, MediaTypes.OCI_MANIFEST, Digest.of(platform).toString(), 3, size);
  }

  private static String queue(Platform platform) {
    return Topics.jobs(platform.toString());
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

  private static <T extends BuildEvent> T only(List<BuildEvent> events, Class<T> type) {
    List<T> found = events.stream().filter(type::isInstance).map(type::cast).toList();
    assertThat(found).as(type.getSimpleName() + " in " + events).hasSize(1);
    return found.getFirst();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
