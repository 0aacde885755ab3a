package dev.brickyard.worker.progress;

import dev.brickyard.contracts.BuildEvent;
import dev.brickyard.contracts.CheckWarning;
import dev.brickyard.contracts.Json;
import dev.brickyard.contracts.LogChunk;
import dev.brickyard.contracts.PlannedStep;
import dev.brickyard.contracts.StepCause;
import dev.brickyard.contracts.StepStatus;
import dev.brickyard.engine.BuildObserver;
import dev.brickyard.engine.StepId;
import dev.brickyard.engine.StepOutcome;
import dev.brickyard.engine.StepPlan;
import dev.brickyard.engine.lint.LintWarning;
import dev.brickyard.storage.log.LogEntry;
import java.io.ByteArrayOutputStream;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns the engine's progress into the attempt's events and log chunks. The engine's threads only
 * queue; one thread of the reporter's own sends, in order. Output is gathered for a moment into
 * larger chunks; when more of it waits than memory allows, the process that prints is held up.
 */
public final class ProgressReporter implements BuildObserver {
  private static final Logger LOG = LoggerFactory.getLogger(ProgressReporter.class);
  private static final int CHUNK_BYTES = 64 << 10;
  private static final int WAITING_BYTES = 4 << 20;
  private static final long GATHER_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final long COUNTER_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  /** Something to tell, in its place. */
  private sealed interface Item {}

  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
  private record Output(StepId step, boolean stderr, byte[] bytes) implements Item {}

  /** All output of its step that came before goes out first. */
  private record Event(BuildEvent event, Optional<StepId> endOf) implements Item {}

  /** All output that came before goes out first. */
  private record Marked(LogMark mark) implements Item {}

  private record Source(StepId step, boolean stderr) {}

  private record Counter(StepId step, String name) {}

  private record Reading(long current, long total) {}

  /** Takes the whole log, besides what goes to Kafka. */
  @FunctionalInterface
  public interface LogSink {
    void add(LogEntry entry) throws java.io.IOException;
  }

  private final Attempt attempt;
  private final Facts facts;
  private final LogSink wholeLog;
  private final Clock clock;
  private final Thread sender;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Condition roomier = lock.newCondition();
  private final Deque<Item> items = new ArrayDeque<>();
  private final Map<StepId, Instant> startedAt = new HashMap<>();
  private final Map<StepId, StepCause> causes = new HashMap<>();
  private final Map<Counter, Reading> readings = new LinkedHashMap<>();
  private final Map<Counter, Reading> unsent = new LinkedHashMap<>();
  private long waitingBytes;
  private boolean urgent;
  private boolean closing;
  private Optional<StepId> failed = Optional.empty();

  // Used by the sender alone.
  private final Map<Source, ByteArrayOutputStream> gathered = new LinkedHashMap<>();
  private final List<CompletableFuture<Void>> chunksInFlight = new ArrayList<>();
  private final List<BuildEvent> aboutSteps = new ArrayList<>();
  private long sequence;
  private boolean wholeLogBroken;

  /** Starts the sender; {@link #finish} ends it. */
  public ProgressReporter(Attempt attempt, Facts facts, LogSink wholeLog, Clock clock) {
    this.attempt = attempt;
    this.facts = facts;
    this.wholeLog = wholeLog;
    this.clock = clock;
    this.sender = Thread.ofVirtual().name("progress-" + attempt.jobId()).start(this::sendAll);
  }

  /**
   * Marks the place that the log has reached. Sends what was gathered so far.
   *
   * @return completed at once when the reporter has ended: nothing more will come
   */
  public LogMark mark() {
    LogMark mark = new LogMark(new CompletableFuture<>(), new CompletableFuture<>());
    lock.lock();
    try {
      if (closing) {
        mark.next().complete(Long.MAX_VALUE);
        mark.durable().complete(null);
      } else {
        enqueue(new Marked(mark));
      }
    } finally {
      lock.unlock();
    }
    return mark;
  }

  /** Tells something that is not about a step. */
  public void tell(BuildEvent event) {
    enqueue(new Event(event, Optional.empty()));
  }

  /** The first step that failed, if one did. */
  public Optional<StepId> failedStep() {
    lock.lock();
    try {
      return failed;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void planned(List<StepPlan> steps) {
    List<PlannedStep> planned =
        steps.stream()
            .map(
                step ->
                    new PlannedStep(
                        step.id().value(),
                        step.name(),
                        step.line(),
                        step.inputs().stream().map(StepId::value).toList()))
            .toList();
    tell(
        new BuildEvent.StepsPlanned(
            Json.SCHEMA_VERSION,
            attempt.buildId(),
            attempt.jobId(),
            attempt.number(),
            clock.instant(),
            planned));
  }

  @Override
  public void started(StepId step) {
    Instant now = clock.instant();
    lock.lock();
    try {
      startedAt.put(step, now);
      enqueue(
          new Event(
              new BuildEvent.StepStarted(
                  Json.SCHEMA_VERSION,
                  attempt.buildId(),
                  attempt.jobId(),
                  attempt.number(),
                  now,
                  step.value()),
              Optional.empty()));
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void log(StepId step, boolean stderr, byte[] chunk) {
    lock.lock();
    try {
      while (waitingBytes > WAITING_BYTES && !closing && !Thread.currentThread().isInterrupted()) {
        try {
          roomier.await();
        } catch (InterruptedException e) {
          // The step is being stopped: what it said last is kept all the same.
          Thread.currentThread().interrupt();
        }
      }
      items.add(new Output(step, stderr, chunk.clone()));
      waitingBytes += chunk.length;
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void progress(StepId step, String counter, long current, long total) {
    lock.lock();
    try {
      Counter key = new Counter(step, counter);
      Reading reading = new Reading(current, total);
      readings.put(key, reading);
      unsent.put(key, reading);
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void explained(StepId step, dev.brickyard.engine.StepCause cause) {
    lock.lock();
    try {
      causes.put(
          step,
          new StepCause(
              StepCause.Verdict.valueOf(cause.kind().verdict().name()),
              cause.kind().code(),
              cause.sentence(),
              cause.details()));
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void finished(StepId step, StepOutcome outcome) {
    Instant now = clock.instant();
    lock.lock();
    try {
      if (outcome == StepOutcome.FAILED && failed.isEmpty()) {
        failed = Optional.of(step);
      }
      Map<String, Long> counters = new HashMap<>();
      readings.forEach(
          (counter, reading) -> {
            if (counter.step().equals(step)) {
              counters.put(counter.name(), reading.current());
            }
          });
      readings.keySet().removeIf(counter -> counter.step().equals(step));
      unsent.keySet().removeIf(counter -> counter.step().equals(step));
      Instant began = startedAt.remove(step);
      enqueue(
          new Event(
              new BuildEvent.StepFinished(
                  Json.SCHEMA_VERSION,
                  attempt.buildId(),
                  attempt.jobId(),
                  attempt.number(),
                  now,
                  step.value(),
                  status(outcome),
                  began == null ? now : began,
                  counters,
                  causes.remove(step)),
              Optional.of(step)));
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void warning(StepId step, String sentence) {
    warn(step, sentence, null);
  }

  @Override
  public void checked(StepId step, LintWarning warning) {
    CheckWarning check =
        new CheckWarning(
            warning.rule().id(),
            warning.rule().description(),
            warning.detail(),
            warning.rule().url(),
            warning.file(),
            warning.range().startLine(),
            warning.range().endLine(),
            warning.excerpt());
    warn(step, check.sentence(), check);
  }

  private void warn(StepId step, String sentence, @Nullable CheckWarning check) {
    tell(
        new BuildEvent.StepWarned(
            Json.SCHEMA_VERSION,
            attempt.buildId(),
            attempt.jobId(),
            attempt.number(),
            clock.instant(),
            step.value(),
            sentence,
            check));
  }

  private static StepStatus status(StepOutcome outcome) {
    return switch (outcome) {
      case CACHED -> StepStatus.CACHED;
      case DONE -> StepStatus.DONE;
      case FAILED -> StepStatus.FAILED;
      case CANCELED -> StepStatus.CANCELED;
    };
  }

  private void enqueue(Item item) {
    lock.lock();
    try {
      items.add(item);
      urgent = true;
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Sends what is left and waits until all output is durable in Kafka, or was given up. Events are
   * not waited for: what the caller tells next comes after them all the same. Nothing may be told
   * here afterwards.
   *
   * @return what was told about the steps: which there are, what to know and how each ended
   */
  public List<BuildEvent> finish() throws InterruptedException {
    lock.lock();
    try {
      closing = true;
      changed.signal();
      roomier.signalAll();
    } finally {
      lock.unlock();
    }
    sender.join();
    return List.copyOf(aboutSteps);
  }

  private void sendAll() {
    boolean more = true;
    while (more) {
      List<Item> batch = new ArrayList<>();
      Map<Counter, Reading> counters = new LinkedHashMap<>();
      more = nextBatch(batch, counters);
      batch.forEach(this::send);
      gathered.keySet().stream().toList().forEach(this::flush);
      counters.forEach(this::sendCounter);
      chunksInFlight.removeIf(future -> future.isDone() && !future.isCompletedExceptionally());
    }
    for (CompletableFuture<Void> future : chunksInFlight) {
      try {
        future.join();
      } catch (RuntimeException e) {
        LOG.warn("output of {} was lost: {}", attempt, e.toString());
      }
    }
  }

  private long countersSentNanos = System.nanoTime() - COUNTER_NANOS;

  /** Waits for something to send; false when this batch is the last one. */
  private boolean nextBatch(List<Item> batch, Map<Counter, Reading> counters) {
    lock.lock();
    try {
      while (items.isEmpty() && !closing && !countersDue()) {
        if (unsent.isEmpty()) {
          changed.awaitUninterruptibly();
        } else {
          await(COUNTER_NANOS - (System.nanoTime() - countersSentNanos));
        }
      }
      long gatherUntil = System.nanoTime() + GATHER_NANOS;
      while (!urgent && !closing && waitingBytes > 0 && waitingBytes < CHUNK_BYTES) {
        long left = gatherUntil - System.nanoTime();
        if (left <= 0) {
          break;
        }
        await(left);
      }
      batch.addAll(items);
      items.clear();
      waitingBytes = 0;
      urgent = false;
      if (countersDue()) {
        counters.putAll(unsent);
        unsent.clear();
        countersSentNanos = System.nanoTime();
      }
      roomier.signalAll();
      return !closing;
    } finally {
      lock.unlock();
    }
  }

  private boolean countersDue() {
    return !unsent.isEmpty() && System.nanoTime() - countersSentNanos >= COUNTER_NANOS;
  }

  @SuppressWarnings("WaitNotInLoop") // The callers loop.
  private void await(long nanos) {
    try {
      long left = changed.awaitNanos(nanos);
      LOG.trace("woken with {} ns left", left);
    } catch (InterruptedException e) {
      // Nobody interrupts the sender; if somebody does, it goes on.
      LOG.debug("the sender of {} was interrupted", attempt);
    }
  }

  private void send(Item item) {
    switch (item) {
      case Output output -> gather(output);
      case Event event -> {
        event
            .endOf()
            .ifPresent(
                step -> {
                  flush(new Source(step, false));
                  flush(new Source(step, true));
                });
        if (event.event() instanceof BuildEvent.StepsPlanned
            || event.event() instanceof BuildEvent.StepWarned
            || event.event() instanceof BuildEvent.StepFinished) {
          aboutSteps.add(event.event());
        }
        tellNow(event.event());
      }
      case Marked(LogMark mark) -> {
        gathered.keySet().stream().toList().forEach(this::flush);
        mark.next().complete(sequence);
        var _ =
            CompletableFuture.allOf(chunksInFlight.toArray(new CompletableFuture<?>[0]))
                // What was given up is lost to everybody.
                .whenComplete((done, failure) -> mark.durable().complete(null));
      }
    }
  }

  private void gather(Output output) {
    Source source = new Source(output.step(), output.stderr());
    // What a step printed to both streams keeps its order.
    flush(new Source(output.step(), !output.stderr()));
    int from = 0;
    while (from < output.bytes().length) {
      ByteArrayOutputStream chunk =
          gathered.computeIfAbsent(source, s -> new ByteArrayOutputStream());
      int n = Math.min(output.bytes().length - from, CHUNK_BYTES - chunk.size());
      chunk.write(output.bytes(), from, n);
      from += n;
      if (chunk.size() == CHUNK_BYTES) {
        flush(source);
      }
    }
  }

  private void flush(Source source) {
    ByteArrayOutputStream chunk = gathered.remove(source);
    if (chunk == null || chunk.size() == 0) {
      return;
    }
    byte[] bytes = chunk.toByteArray();
    Instant now = clock.instant();
    chunksInFlight.add(
        facts.publish(
            new LogChunk(
                Json.SCHEMA_VERSION,
                attempt.buildId(),
                attempt.jobId(),
                attempt.number(),
                source.step().value(),
                source.stderr() ? LogChunk.Stream.STDERR : LogChunk.Stream.STDOUT,
                sequence++,
                now,
                bytes)));
    if (!wholeLogBroken) {
      try {
        wholeLog.add(new LogEntry(source.step().value(), source.stderr(), now, bytes));
      } catch (java.io.IOException e) {
        wholeLogBroken = true;
        LOG.warn("the log of {} cannot be kept on local disk: {}", attempt, e.toString());
      }
    }
  }

  private void sendCounter(Counter counter, Reading reading) {
    tellNow(
        new BuildEvent.StepProgress(
            Json.SCHEMA_VERSION,
            attempt.buildId(),
            attempt.jobId(),
            attempt.number(),
            clock.instant(),
            counter.step().value(),
            counter.name(),
            reading.current(),
            reading.total()));
  }

  private void tellNow(BuildEvent event) {
    // Its handle: only a failure is news.
    CompletableFuture<Void> _ =
        facts
            .publish(event)
            .whenComplete(
                (done, failure) -> {
                  if (failure != null) {
                    LOG.warn("progress of {} was lost: {}", attempt, failure.toString());
                  }
                });
  }
}
