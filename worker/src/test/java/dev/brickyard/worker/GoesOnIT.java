package dev.brickyard.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brickyard.contracts.AttemptReport;
import dev.brickyard.contracts.BuildEvent;
import dev.brickyard.contracts.ImageManifest;
import dev.brickyard.contracts.JobKind;
import dev.brickyard.contracts.Outcome;
import dev.brickyard.contracts.PublishSpecification;
import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.StepId;
import dev.brickyard.engine.StepOutcome;
import dev.brickyard.engine.StepPlan;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.image.MediaTypes;
import dev.brickyard.engine.image.Platform;
import dev.brickyard.storage.log.LogStore;
import dev.brickyard.worker.TestFarm.Submitted;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A worker that reports the last platform of a build goes on with the publish job, in its slot. */
class GoesOnIT {
  private static final StepId STEP = new StepId("build-1");
  private static final Map<String, String> CONTEXT = Map.of("Dockerfile", "FROM scratch\n");
  private static final String TAG = "registry.test/app:1";
  private static TestFarm farm;

  @TempDir Path folder;
  private final List<Worker> workers = new ArrayList<>();
  private final CountDownLatch building = new CountDownLatch(1);
  private final CountDownLatch release = new CountDownLatch(1);

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
    release.countDown();
    for (Worker worker : workers) {
      worker.stop(Duration.ZERO);
    }
    farm.scheduler.comeBack();
    farm.scheduler.loseAnswers(0);
  }

  private Worker start(ScriptedEngine.Script script, Platform... platforms) {
    Worker worker = farm.worker("w", 1, folder, new ScriptedEngine(script), platforms);
    workers.add(worker);
    worker.start();
    return worker;
  }

  private ScriptedEngine.Script whenReleased() {
    return (request, observer) -> {
      observer.planned(List.of(new StepPlan(STEP, "[1/1] RUN make", 2, List.of())));
      observer.started(STEP);
      observer.log(STEP, false, "hello\n".getBytes(StandardCharsets.UTF_8));
      observer.finished(STEP, StepOutcome.DONE);
      building.countDown();
      release.await();
      return ScriptedEngine.result("image");
    };
  }

  /** A build whose success leads to the publish job that is returned. */
  private Submitted withPublish(Submitted build) {
    Submitted publish = new Submitted(build.buildId(), UUID.randomUUID(), build.platform());
    farm.scheduler.add(
        publish.buildId(),
        publish.jobId(),
        new PublishSpecification(
            List.of(
                new ImageManifest(
                    "linux/amd64", MediaTypes.OCI_MANIFEST, Digest.of("image").toString(), 5, 50)),
            List.of(TAG),
            List.of()));
    farm.scheduler.goesOnWith(build.jobId(), publish.jobId());
    return publish;
  }

  private static boolean ends(BuildEvent event, UUID job) {
    return event instanceof BuildEvent.JobFinished finished && finished.jobId().equals(job);
  }

  private List<AttemptReport> reports(Submitted job) {
    return farm.scheduler.reports().stream()
        .filter(report -> report.finished().jobId().equals(job.jobId()))
        .toList();
  }

  private boolean isStored(Submitted job) {
    try {
      return !new LogStore(farm.objects).list(job.buildId()).isEmpty();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void publishesInTheSameSlotInOrderAndWithoutClaiming() throws Exception {
    Platform platform = farm.platform();
    release.countDown();
    Submitted job = farm.submit(platform, CONTEXT, TAG);
    Submitted publish = withPublish(job);
    start(whenReleased(), platform);

    List<BuildEvent> events =
        farm.eventsUntil(job.buildId(), event -> ends(event, publish.jobId()));
    assertThat(isStored(job)).as("stored before the build counts as done").isTrue();
    assertThat(events)
        .extracting(event -> event.getClass().getSimpleName())
        .containsExactly(
            "JobStarted",
            "StepsPlanned",
            "StepStarted",
            "StepFinished",
            "JobFinished",
            "JobStarted",
            "StepsPlanned",
            "StepStarted",
            "StepFinished",
            "JobFinished");
    TestFarm.await("both reports", () -> reports(publish).size() == 1);
    AttemptReport report = reports(job).getFirst();
    assertThat(report.goesOn()).isTrue();
    assertThat(report.finished()).isEqualTo(events.get(4));
    assertThat(report.steps()).containsExactly(events.get(1), events.get(3));
    assertThat(farm.chunks(job.buildId())).hasSize(1);
    // The slot is free again, and the record is done with.
    Submitted second = farm.submit(platform, CONTEXT, TAG);
    farm.eventsUntilFinished(second);
    assertThat(
            farm.scheduler.claims().stream()
                .filter(claim -> claim.queue().endsWith(platform.toString().replace('/', '-'))))
        .hasSize(2);
  }

  @Test
  void reportsAgainWhenTheAnswerWasLost() throws Exception {
    Platform platform = farm.platform();
    release.countDown();
    farm.scheduler.loseAnswers(2);
    Submitted job = farm.submit(platform, CONTEXT, TAG);
    Submitted publish = withPublish(job);
    start(whenReleased(), platform);
    farm.eventsUntil(job.buildId(), event -> ends(event, publish.jobId()));
    assertThat(reports(job)).hasSize(3);
  }

  @Test
  void leavesTheEndToItsEventWhileTheSchedulerIsAway() throws Exception {
    Platform platform = farm.platform();
    Submitted job = farm.submit(platform, CONTEXT, TAG);
    Submitted publish = withPublish(job);
    start(whenReleased(), platform);
    assertThat(building.await(30, TimeUnit.SECONDS)).isTrue();
    farm.scheduler.goAway();
    release.countDown();
    farm.eventsUntilFinished(job);
    TestFarm.await("the log", () -> isStored(job));
    farm.scheduler.comeBack();
    // By the queue, as the scheduler would have it done when it reads the event.
    farm.enqueue(publish, JobKind.PUBLISH);
    farm.eventsUntil(job.buildId(), event -> ends(event, publish.jobId()));
  }

  @Test
  void aDrainingWorkerDoesNotGoOn() throws Exception {
    Platform platform = farm.platform();
    Submitted job = farm.submit(platform, CONTEXT, TAG);
    withPublish(job);
    Worker worker = start(whenReleased(), platform);
    assertThat(building.await(30, TimeUnit.SECONDS)).isTrue();
    worker.drain();
    release.countDown();
    TestFarm.await("a report", () -> !reports(job).isEmpty());
    assertThat(reports(job).getFirst().goesOn()).isFalse();
  }

  @Test
  void aFailureIsReportedToo() throws Exception {
    Platform platform = farm.platform();
    Submitted job = farm.submit(platform, CONTEXT, TAG);
    start(
        (request, observer) -> {
          throw BuildFailure.user("run-failed", "It failed.");
        },
        platform);
    TestFarm.await("a report", () -> !reports(job).isEmpty());
    assertThat(reports(job).getFirst().finished().outcome()).isEqualTo(Outcome.FAILED);
    TestFarm.await("the empty log", () -> isStored(job));
  }

  @Test
  void aCancelThatComesBeforeThePublishJobIsKnownStopsIt() throws Exception {
    Platform platform = farm.platform();
    Platform other = farm.platform();
    Submitted job = farm.submit(platform, CONTEXT, TAG);
    Submitted publish = withPublish(job);
    start(whenReleased(), platform, other);
    assertThat(building.await(30, TimeUnit.SECONDS)).isTrue();
    Submitted marker = farm.submit(other, CONTEXT, TAG);
    TestFarm.await("both run", () -> workers.getFirst().busy() == 2);
    farm.cancel(publish);
    farm.cancel(marker);
    // Commands are heard in their order: once this one stopped, the other was heard.
    List<BuildEvent> stopped = farm.eventsUntilFinished(marker);
    assertThat(((BuildEvent.JobFinished) stopped.getLast()).outcome()).isEqualTo(Outcome.CANCELED);
    release.countDown();
    List<BuildEvent> events =
        farm.eventsUntil(job.buildId(), event -> ends(event, publish.jobId()));
    assertThat(((BuildEvent.JobFinished) events.getLast()).outcome()).isEqualTo(Outcome.CANCELED);
  }
}
