package dev.brickyard.engine.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brickyard.engine.StepId;
import dev.brickyard.engine.cache.StepLeases.Ending;
import dev.brickyard.engine.cache.StepLeases.Granted;
import dev.brickyard.engine.cache.StepLeases.HeldElsewhere;
import dev.brickyard.engine.cache.StepLeases.Lease;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.runtime.OutputSink;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What every {@link StepLeases} does. */
public abstract class StepLeasesContract {
  private static final CacheScope SCOPE = new CacheScope("shop");
  private static final StepId RUN = new StepId("main-3");
  private static final long PATIENCE_SECONDS = 30;

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  /** A build whose worker lives. */
  protected interface Member {
    StepLeases leases();

    /** Prints something in a step of this build. */
    void says(StepId step, boolean stderr, String text) throws Exception;

    /** The build's worker is gone, and the farm knows. */
    void dies() throws Exception;
  }

  /** A further build of the farm. */
  protected abstract Member member() throws Exception;

  @AfterEach
  void stop() {
    threads.shutdownNow();
  }

  private static LeaseKey key(String name) {
    return LeaseKey.step(SCOPE, Digest.of(name.getBytes(StandardCharsets.UTF_8)));
  }

  private static Granted granted(Lease lease) {
    assertThat(lease).isInstanceOf(Granted.class);
    Granted granted = (Granted) lease;
    assertThat(granted.certain()).isTrue();
    return granted;
  }

  private static HeldElsewhere held(Lease lease) {
    assertThat(lease).isInstanceOf(HeldElsewhere.class);
    return (HeldElsewhere) lease;
  }

  private <T> T soon(Future<T> future) throws Exception {
    return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  /** What one who follows gets. */
  private static final class Heard implements OutputSink {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Override
    public synchronized void write(boolean stderr, byte[] chunk) {
      (stderr ? err : out).writeBytes(chunk);
      notifyAll();
    }

    synchronized String out() {
      return out.toString(StandardCharsets.UTF_8);
    }

    synchronized String err() {
      return err.toString(StandardCharsets.UTF_8);
    }

    synchronized void await(String text) throws InterruptedException {
      long end = System.nanoTime() + Duration.ofSeconds(PATIENCE_SECONDS).toNanos();
      while (!out().endsWith(text)) {
        long left = end - System.nanoTime();
        assertThat(left).as("waiting for %s, heard %s", text, out()).isPositive();
        wait(left / 1_000_000 + 1);
      }
    }
  }

  private static Ending toTheEnd(HeldElsewhere held, OutputSink out) throws InterruptedException {
    while (true) {
      Ending ending = held.follow(out);
      if (ending != Ending.STILL_HELD) {
        return ending;
      }
    }
  }

  @Test
  protected void whatIsHeldIsNotGrantedUntilItIsGivenBack() throws Exception {
    Member one = member();
    Member two = member();
    Granted first = granted(one.leases().acquire(key("a"), RUN));
    assertThat(first.contested()).isFalse();
    HeldElsewhere waiting = held(two.leases().acquire(key("a"), RUN));
    Future<Ending> ending = threads.submit(() -> toTheEnd(waiting, new Heard()));
    first.close();
    first.close();
    first.failed();
    assertThat(soon(ending)).isEqualTo(Ending.GONE);
    Granted second = granted(two.leases().acquire(key("a"), RUN));
    assertThat(second.contested()).isTrue();
    // What was closed long ago closes nothing of another's.
    first.close();
    held(one.leases().acquire(key("a"), RUN));
    second.close();
  }

  @Test
  protected void differentKeysScopesAndKindsDoNotMeet() throws Exception {
    Member one = member();
    Member two = member();
    LeaseKey step = key("b");
    granted(one.leases().acquire(step, RUN));
    granted(two.leases().acquire(key("c"), RUN));
    granted(two.leases().acquire(LeaseKey.step(new CacheScope("other"), step.name()), RUN));
    granted(two.leases().acquire(LeaseKey.mount(SCOPE, step.name()), RUN));
  }

  @Test
  protected void aBuildDoesNotGetWhatItHoldsAlready() throws Exception {
    Member one = member();
    Granted first = granted(one.leases().acquire(key("d"), RUN));
    HeldElsewhere second = held(one.leases().acquire(key("d"), RUN));
    Future<Ending> ending = threads.submit(() -> toTheEnd(second, new Heard()));
    first.close();
    assertThat(soon(ending)).isEqualTo(Ending.GONE);
  }

  @Test
  protected void thoseThatWaitLearnOfAFailure() throws Exception {
    Granted first = granted(member().leases().acquire(key("e"), RUN));
    List<Future<Ending>> endings = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      HeldElsewhere waiting = held(member().leases().acquire(key("e"), RUN));
      endings.add(threads.submit(() -> toTheEnd(waiting, new Heard())));
    }
    first.failed();
    for (Future<Ending> ending : endings) {
      assertThat(soon(ending)).isEqualTo(Ending.FAILED);
    }
    granted(member().leases().acquire(key("e"), RUN)).close();
  }

  @Test
  protected void theLeasesOfTheDeadFall() throws Exception {
    Member one = member();
    Member two = member();
    granted(one.leases().acquire(key("f"), RUN));
    granted(one.leases().acquire(key("g"), RUN));
    HeldElsewhere waiting = held(two.leases().acquire(key("f"), RUN));
    Future<Ending> ending = threads.submit(() -> toTheEnd(waiting, new Heard()));
    one.dies();
    assertThat(soon(ending)).isEqualTo(Ending.GONE);
    assertThat(granted(two.leases().acquire(key("f"), RUN)).contested()).isTrue();
    granted(two.leases().acquire(key("g"), RUN));
  }

  @Test
  protected void oneOfManyWins() throws Exception {
    int many = 12;
    CyclicBarrier start = new CyclicBarrier(many);
    List<Callable<Lease>> races = new ArrayList<>();
    for (int i = 0; i < many; i++) {
      Member member = member();
      races.add(
          () -> {
            start.await();
            return member.leases().acquire(key("h"), RUN);
          });
    }
    List<Granted> winners = new ArrayList<>();
    for (Future<Lease> race : threads.invokeAll(races)) {
      switch (soon(race)) {
        case Granted granted -> winners.add(granted(granted));
        case HeldElsewhere held -> {}
      }
    }
    assertThat(winners).hasSize(1);
  }

  @Test
  protected void whoFollowsHearsAllOfTheStepOnce() throws Exception {
    Member one = member();
    one.says(RUN, false, "before the lease\n");
    Granted lease = granted(one.leases().acquire(key("i"), RUN));
    StringBuilder said = new StringBuilder();
    for (int i = 0; i < 50; i++) {
      one.says(RUN, false, i + "\n");
      one.says(new StepId("other-1"), false, "not mine\n");
      said.append(i).append('\n');
    }
    Heard early = new Heard();
    HeldElsewhere earlyHeld = held(member().leases().acquire(key("i"), RUN));
    Future<Ending> earlyEnd = threads.submit(() -> toTheEnd(earlyHeld, early));
    early.await("49\n");
    for (int i = 50; i < 100; i++) {
      one.says(RUN, false, i + "\n");
      said.append(i).append('\n');
    }
    one.says(RUN, true, "oh\n");
    Heard late = new Heard();
    HeldElsewhere lateHeld = held(member().leases().acquire(key("i"), RUN));
    one.says(RUN, false, "last");
    said.append("last");
    lease.close();
    assertThat(soon(earlyEnd)).isEqualTo(Ending.GONE);
    assertThat(early.out()).isEqualTo(said.toString());
    assertThat(early.err()).isEqualTo("oh\n");
    // It was over before this one began to listen.
    assertThat(toTheEnd(lateHeld, late)).isEqualTo(Ending.GONE);
    assertThat(late.out()).isEqualTo(said.toString());
    assertThat(late.err()).isEqualTo("oh\n");
  }

  @Test
  protected void whatTheNextHolderHeardFromTheFirstIsNotHeardAgain() throws Exception {
    Member one = member();
    Member two = member();
    granted(one.leases().acquire(key("j"), RUN));
    one.says(RUN, false, "first\n");
    HeldElsewhere held = held(two.leases().acquire(key("j"), RUN));
    Heard heard = new Heard();
    Future<Ending> ending = threads.submit(() -> toTheEnd(held, heard));
    heard.await("first\n");
    one.dies();
    soon(ending);
    two.says(RUN, false, "first\n");
    Granted taken = granted(two.leases().acquire(key("j"), RUN));
    Heard third = new Heard();
    HeldElsewhere next = held(member().leases().acquire(key("j"), RUN));
    Future<Ending> nextEnd = threads.submit(() -> toTheEnd(next, third));
    two.says(RUN, false, "second\n");
    taken.close();
    soon(nextEnd);
    assertThat(third.out()).isEqualTo("second\n");
  }

  @Test
  protected void whoWaitsIsStoppedAtOnce() throws Exception {
    granted(member().leases().acquire(key("k"), RUN));
    HeldElsewhere held = held(member().leases().acquire(key("k"), RUN));
    Future<Long> stopped =
        threads.submit(
            () -> {
              long[] asked = {0};
              Thread waiting = Thread.currentThread();
              threads.submit(
                  () -> {
                    asked[0] = System.nanoTime();
                    waiting.interrupt();
                  });
              try {
                toTheEnd(held, new Heard());
              } catch (InterruptedException e) {
                return System.nanoTime() - asked[0];
              }
              throw new AssertionError("was not stopped");
            });
    assertThat(Duration.ofNanos(soon(stopped))).isLessThan(Duration.ofSeconds(3));
  }
}
