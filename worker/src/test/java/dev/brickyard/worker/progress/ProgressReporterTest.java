package dev.brickyard.worker.progress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.brickyard.contracts.BuildEvent;
import dev.brickyard.contracts.CheckWarning;
import dev.brickyard.contracts.LogChunk;
import dev.brickyard.engine.StepId;
import dev.brickyard.engine.StepOutcome;
import dev.brickyard.engine.dockerfile.SourceRange;
import dev.brickyard.engine.lint.LintWarning;
import dev.brickyard.engine.lint.Rule;
import dev.brickyard.storage.log.LogEntry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ProgressReporterTest {
  private static final StepId A = new StepId("a");
  private static final StepId B = new StepId("b");
  private static final Attempt ATTEMPT = new Attempt(UUID.randomUUID(), UUID.randomUUID(), 3);

  /** Keeps what it is given; can be held up, as Kafka is when it is away. */
  private static final class Recorded implements Facts {
    final List<Object> all = Collections.synchronizedList(new ArrayList<>());
    final Semaphore permits = new Semaphore(Integer.MAX_VALUE);

    @Override
    public CompletableFuture<Void> publish(BuildEvent event) {
      return take(event);
    }

    @Override
    public CompletableFuture<Void> publish(LogChunk chunk) {
      return take(chunk);
    }

    private CompletableFuture<Void> take(Object fact) {
      permits.acquireUninterruptibly();
      all.add(fact);
      return CompletableFuture.completedFuture(null);
    }

    List<LogChunk> chunks() {
      return all.stream().filter(LogChunk.class::isInstance).map(LogChunk.class::cast).toList();
    }
  }

  private final Recorded facts = new Recorded();
  private final List<LogEntry> wholeLog = Collections.synchronizedList(new ArrayList<>());

  private ProgressReporter reporter() {
    return new ProgressReporter(ATTEMPT, facts, wholeLog::add, Clock.systemUTC());
  }

  @Test
  void smallPiecesBecomeOneChunkAndAllOfItIsInTheWholeLog() throws Exception {
    ProgressReporter reporter = reporter();
    for (int i = 0; i < 1000; i++) {
      reporter.log(A, false, bytes("line " + i + "\n"));
    }
    reporter.finish();

    assertThat(facts.chunks().size()).isLessThan(100);
    assertThat(joined(facts.chunks())).startsWith("line 0\nline 1\n").endsWith("line 999\n");
    assertThat(wholeLog).hasSameSizeAs(facts.chunks());
  }

  @Test
  void largeOutputIsCutIntoChunksOfTheAgreedSize() throws Exception {
    ProgressReporter reporter = reporter();
    byte[] large = new byte[300_000];
    reporter.log(A, false, large);
    reporter.finish();

    assertThat(facts.chunks()).allMatch(chunk -> chunk.bytes().length <= 64 << 10);
    assertThat(facts.chunks().stream().mapToInt(chunk -> chunk.bytes().length).sum())
        .isEqualTo(large.length);
    for (int i = 0; i < facts.chunks().size(); i++) {
      assertThat(facts.chunks().get(i).sequence()).isEqualTo(i);
    }
  }

  @Test
  void bothStreamsOfAStepKeepTheirOrder() throws Exception {
    ProgressReporter reporter = reporter();
    reporter.log(A, false, bytes("1"));
    reporter.log(A, true, bytes("2"));
    reporter.log(B, false, bytes("x"));
    reporter.log(A, false, bytes("3"));
    reporter.finish();

    assertThat(joined(facts.chunks().stream().filter(c -> c.stepId().equals("a")).toList()))
        .isEqualTo("123");
  }

  @Test
  void whatChecksFoundIsToldWithItsPlace() throws Exception {
    ProgressReporter reporter = reporter();
    reporter.warning(A, "mind the gap");
    reporter.checked(
        B,
        new LintWarning(
            Rule.FROM_AS_CASING, "they differ", "my.dockerfile", SourceRange.lines(3, 4), ">>> x"));
    List<BuildEvent> aboutSteps = reporter.finish();

    CheckWarning check =
        new CheckWarning(
            "FromAsCasing",
            Rule.FROM_AS_CASING.description(),
            "they differ",
            "docs/checks/FromAsCasing.md",
            "my.dockerfile",
            3,
            4,
            ">>> x");
    assertThat(aboutSteps)
        .extracting(
            event -> ((BuildEvent.StepWarned) event).message(),
            event -> ((BuildEvent.StepWarned) event).check())
        .containsExactly(
            tuple("mind the gap", null), tuple("FromAsCasing: they differ (line 3)", check));
  }

  @Test
  void endOfAStepComesAfterItsOutput() throws Exception {
    ProgressReporter reporter = reporter();
    reporter.started(A);
    reporter.log(A, false, bytes("last words"));
    reporter.finished(A, StepOutcome.FAILED);
    reporter.finish();

    assertThat(facts.all)
        .extracting(fact -> fact.getClass().getSimpleName())
        .containsExactly("StepStarted", "LogChunk", "StepFinished");
    assertThat(reporter.failedStep()).contains(A);
  }

  @Test
  void countersAreThinnedOutButTheLastValueIsTold() throws Exception {
    ProgressReporter reporter = reporter();
    reporter.started(A);
    for (int i = 1; i <= 10_000; i++) {
      reporter.progress(A, "bytes-pulled", i, 10_000);
    }
    reporter.finished(A, StepOutcome.DONE);
    reporter.finish();

    assertThat(facts.all.stream().filter(BuildEvent.StepProgress.class::isInstance).count())
        .isLessThan(50);
    assertThat(((BuildEvent.StepFinished) facts.all.getLast()).counters())
        .containsEntry("bytes-pulled", 10_000L);
  }

  @Test
  void printerIsHeldUpWhileNothingCanBeSent() throws Exception {
    facts.permits.drainPermits();
    ProgressReporter reporter = reporter();
    AtomicInteger printed = new AtomicInteger();
    CountDownLatch done = new CountDownLatch(1);
    int pieces = 64;
    Thread printer =
        Thread.ofVirtual()
            .start(
                () -> {
                  for (int i = 0; i < pieces; i++) {
                    reporter.log(A, false, new byte[1 << 20]);
                    printed.incrementAndGet();
                  }
                  done.countDown();
                });
    await(() -> printer.getState() == Thread.State.WAITING);
    assertThat(printed.get()).as("MiB taken in while nothing leaves").isBetween(4, 12);

    facts.permits.release(1 << 20);
    assertThat(done.await(20, java.util.concurrent.TimeUnit.SECONDS)).isTrue();
    reporter.finish();
    assertThat(facts.chunks().stream().mapToLong(chunk -> chunk.bytes().length).sum())
        .isEqualTo((long) pieces << 20);
  }

  @Test
  void brokenLocalDiskDoesNotStopTheStream() throws Exception {
    ProgressReporter reporter =
        new ProgressReporter(
            ATTEMPT,
            facts,
            entry -> {
              throw new IOException("no space left on device");
            },
            Clock.systemUTC());
    reporter.log(A, false, bytes("one"));
    reporter.started(B);
    reporter.log(A, false, bytes("two"));
    reporter.finish();
    assertThat(joined(facts.chunks())).isEqualTo("onetwo");
  }

  private static void await(java.util.function.BooleanSupplier condition) {
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  private static String joined(List<LogChunk> chunks) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    chunks.forEach(chunk -> out.writeBytes(chunk.bytes()));
    return out.toString(StandardCharsets.UTF_8);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
