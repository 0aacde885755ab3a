package dev.brickyard.engine.solve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.BuildRequest;
import dev.brickyard.engine.BuildResult;
import dev.brickyard.engine.StepOutcome;
import dev.brickyard.engine.cache.MemoryLeases;
import dev.brickyard.engine.cache.StepLeases;
import dev.brickyard.engine.image.ImageReference;
import dev.brickyard.engine.runtime.OutputSink;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Builds on several workers that meet at a step. Needs root, runc and docker-registry. */
class LeasedBuildIT {
  /** Leaves something that no second execution leaves, and ends when it is let go. */
  private static final String STEP =
      "RUN --mount=type=cache,target=/c,id=gate echo begun; cat /proc/sys/kernel/random/uuid > /id;"
          + " while [ ! -e /c/go ]; do sleep 0.02; done; cat /id; echo end\n";

  private static final String NAME = "[2/2] " + STEP.strip();

  @TempDir Path folder;
  private final MemoryLeases farm = new MemoryLeases();
  private TestYard yard;
  private FarmBuildEngine here;
  private FarmBuildEngine there;
  private ImageReference base;
  private int builds;
  private final List<Running> all = new ArrayList<>();

  @BeforeEach
  void open() throws Exception {
    yard = new TestYard(folder);
    ShellRoot.create(yard.context.resolve("shell"));
    here = yard.worker();
    there = yard.worker();
    base = yard.base(here, "shell", "FROM scratch\nCOPY shell /\n");
  }

  @AfterEach
  void close() throws Exception {
    all.forEach(running -> running.thread.interrupt());
    yard.close();
    assertThat(Files.readString(Path.of("/proc/self/mounts"))).doesNotContain(folder.toString());
  }

  /** A build under way. */
  private static final class Running {
    final MemoryLeases.Build leases;
    final RecordingObserver observer = new RecordingObserver();
    final FutureTask<BuildResult> result;
    final Thread thread;

    Running(MemoryLeases.Build leases, FarmBuildEngine worker, BuildRequest request) {
      this.leases = leases;
      this.result = new FutureTask<>(() -> worker.build(request, leases.overheard(observer)));
      this.thread = Thread.ofVirtual().start(result);
    }

    BuildResult get() throws Exception {
      return result.get(60, TimeUnit.SECONDS);
    }
  }

  private BuildRequest request(String rest, StepLeases leases, boolean noCache) {
    BuildRequest plain = yard.request("FROM " + base + "\n" + rest);
    return new BuildRequest(
        plain.dockerfileName(),
        plain.dockerfile(),
        plain.context(),
        plain.platform(),
        plain.buildArgs(),
        plain.labels(),
        plain.target(),
        noCache,
        plain.cache().withLeases(leases),
        plain.pushTo(),
        plain.credentials(),
        plain.sourceDateEpoch(),
        plain.options());
  }

  private Running start(FarmBuildEngine worker, String rest) {
    MemoryLeases.Build leases = farm.build("b" + builds++);
    Running running = new Running(leases, worker, request(rest, leases, false));
    all.add(running);
    return running;
  }

  /** Ends what waits in that worker's cache mount. */
  private void letGo(FarmBuildEngine worker) throws Exception {
    worker.build(
        request(
            "RUN --mount=type=cache,target=/c,id=gate touch /c/go\n", StepLeases.always(), true),
        new RecordingObserver());
  }

  private static void until(String what, Condition condition) throws Exception {
    long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!condition.holds()) {
      assertThat(System.nanoTime()).as("waiting until %s", what).isLessThan(end);
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  private interface Condition {
    boolean holds() throws Exception;
  }

  private static String ownWords(Running running) {
    return String.join(
        "\n",
        running.observer.log().lines().filter(line -> !line.startsWith("[brickyard]")).toList());
  }

  @Test
  void oneExecutesAndTheOtherShowsItsOutput() throws Exception {
    Running first = start(here, STEP);
    first.observer.awaitLog();
    Running second = start(there, STEP);
    until("the second hears the first", () -> second.observer.log().contains("begun"));
    letGo(here);
    BuildResult result = first.get();
    assertThat(second.get().manifest()).isEqualTo(result.manifest());
    assertThat(first.observer.ended(StepOutcome.DONE)).contains(NAME);
    assertThat(second.observer.ended(StepOutcome.CACHED)).contains(NAME);
    assertThat(ownWords(second)).isEqualTo(first.observer.log().strip()).endsWith("end");
    assertThat(second.observer.log())
        .startsWith("[brickyard] build b0 runs this step already; its output follows\n");
    assertThat(second.observer.broken()).isEmpty();
    // The second made nothing and fetched nothing.
    assertThat(there.bytesFetched()).isZero();
    until("all is given back", () -> farm.held() == 0);
  }

  @Test
  void whoWaitsTakesOverWhenTheOtherIsCancelled() throws Exception {
    Running first = start(here, STEP);
    first.observer.awaitLog();
    Running second = start(there, STEP);
    until("the second hears the first", () -> second.observer.log().contains("begun"));
    first.thread.interrupt();
    assertThatThrownBy(first::get).hasCauseInstanceOf(InterruptedException.class);
    until("it begins again", () -> ownWords(second).equals("begun\nbegun"));
    assertThat(second.observer.log())
        .contains("[brickyard] build b0 stopped before it had finished the step");
    letGo(there);
    second.get();
    assertThat(second.observer.ended(StepOutcome.DONE)).contains(NAME);
    until("all is given back", () -> farm.held() == 0);
  }

  @Test
  void whoWaitsTakesOverWhenTheFarmGivesUpTheOther() throws Exception {
    Running first = start(here, STEP);
    first.observer.awaitLog();
    Running second = start(there, STEP);
    until("the second hears the first", () -> second.observer.log().contains("begun"));
    first.leases.lose();
    until("it begins again", () -> ownWords(second).equals("begun\nbegun"));
    // The one given up lived after all: both do the same, and neither is harmed.
    letGo(there);
    letGo(here);
    assertThat(second.get().layers()).hasSize(2);
    assertThat(first.get().layers()).hasSize(2);
    assertThat(second.observer.ended(StepOutcome.DONE)).contains(NAME);
  }

  @Test
  void aFailingStepIsTriedByAllThatWaitedAtOnce() throws Exception {
    // Were it tried by one after the other, the last of them would end after all the sleeps.
    String step = STEP.strip() + "; sleep 1; exit 3\n";
    Running first = start(here, step);
    first.observer.awaitLog();
    List<Running> others = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      others.add(start(i == 0 ? there : yard.worker(), step));
    }
    until("all wait", () -> farm.following() == 3);
    letGo(here);
    letGo(there);
    for (Running other : others) {
      until(
          "it begins here",
          () -> other.observer.log().matches("(?s).*it runs here now\\n.*begun\\n.*"));
    }
    assertThatThrownBy(first::get).hasCauseInstanceOf(BuildFailure.class);
    assertThat(others).allSatisfy(other -> assertThat(other.observer.log()).contains("failed in"));
    all.forEach(running -> running.thread.interrupt());
  }

  @Test
  void aWaitingBuildIsCancelledAtOnceAndHarmsNobody() throws Exception {
    Running first = start(here, STEP);
    first.observer.awaitLog();
    Running second = start(there, STEP);
    until("the second hears the first", () -> second.observer.log().contains("begun"));
    long asked = System.nanoTime();
    second.thread.interrupt();
    assertThatThrownBy(second::get)
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(InterruptedException.class);
    assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(Duration.ofSeconds(5));
    assertThat(second.observer.ended(StepOutcome.CANCELED)).contains(NAME);
    letGo(here);
    first.get();
  }

  @Test
  void manyBuildsOnManyWorkersExecuteOnce() throws Exception {
    String step = "RUN cat /proc/sys/kernel/random/uuid > /id; sleep 1; cat /id\n";
    FarmBuildEngine third = yard.worker();
    List<Running> many = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      many.add(start(List.of(here, there, third).get(i % 3), step));
    }
    BuildResult one = many.getFirst().get();
    for (Running running : many) {
      assertThat(running.get().manifest()).isEqualTo(one.manifest());
      assertThat(ownWords(running)).isEqualTo(ownWords(many.getFirst())).hasSize(36);
    }
    assertThat(many)
        .filteredOn(r -> r.observer.ended(StepOutcome.DONE).contains("[2/2] " + step.strip()))
        .hasSize(1);
    until("all is given back", () -> farm.held() == 0);
  }

  @Test
  void aBuildWithoutCacheNeitherWaitsNorIsWaitedFor() throws Exception {
    Running first = start(here, STEP);
    first.observer.awaitLog();
    MemoryLeases.Build leases = farm.build("stubborn");
    Running second = new Running(leases, there, request(STEP, leases, true));
    all.add(second);
    until("it runs by itself", () -> second.observer.log().equals("begun\n"));
    assertThat(farm.held()).isOne();
    letGo(there);
    second.get();
    assertThat(second.observer.ended(StepOutcome.DONE)).contains(NAME);
    letGo(here);
    first.get();
  }

  @Test
  void waitingOccupiesNoSlot() throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    CountDownLatch waiting = new CountDownLatch(6);
    StepLeases busy =
        (key, step) ->
            new StepLeases.HeldElsewhere() {
              @Override
              public String holder() {
                return "another";
              }

              @Override
              public StepLeases.Ending follow(OutputSink out) throws InterruptedException {
                waiting.countDown();
                over.await();
                return StepLeases.Ending.FAILED;
              }
            };
    List<Running> many = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      BuildRequest request = request("RUN echo " + i + "\n", busy, false);
      Running running = new Running(farm.build("w" + i), here, request);
      all.add(running);
      many.add(running);
    }
    assertThat(waiting.await(30, TimeUnit.SECONDS)).isTrue();
    // More wait than there are slots, and another build gets through.
    assertThat(start(here, "RUN echo through\n").get().layers()).hasSize(2);
    over.countDown();
    for (Running running : many) {
      assertThat(running.get().layers()).hasSize(2);
    }
  }
}
