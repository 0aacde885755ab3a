package dev.brickyard.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brickyard.contracts.BuildEvent;
import dev.brickyard.contracts.JobKind;
import dev.brickyard.contracts.Outcome;
import dev.brickyard.contracts.StepStatus;
import dev.brickyard.contracts.Topics;
import dev.brickyard.engine.StepOutcome;
import dev.brickyard.engine.image.Platform;
import dev.brickyard.worker.TestFarm.Submitted;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** How a worker keeps a job that it took, and how it lets go of it. */
class HeldJobIT extends WorkersAtAFarm {
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

  private static ScriptedEngine succeeding() {
    return new ScriptedEngine((request, observer) -> ScriptedEngine.result("image"));
  }

  private static String queue(Platform platform) {
    return Topics.jobs(platform.toString());
  }
}
