package dev.brickyard.cli.progress;

import dev.brickyard.contracts.BuildEvent;
import dev.brickyard.contracts.LogChunk;
import dev.brickyard.contracts.StepCause;
import dev.brickyard.contracts.StepStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** What is known of one step. Not thread-safe. */
final class StepView {
  private static final int KEPT_LINES = 32;

  private final String label;
  private final Map<LogChunk.Stream, LineAssembler> assemblers =
      new EnumMap<>(LogChunk.Stream.class);
  private final Deque<String> lastLines = new ArrayDeque<>();
  private StepStatus status = StepStatus.PENDING;
  private int number;
  private Instant startedAt = Instant.EPOCH;
  private Instant endedAt = Instant.EPOCH;
  private String progress = "";
  private String missed = "";
  private long millisSaved;

  StepView(String label) {
    this.label = label;
  }

  void start(int number, Instant at) {
    this.number = number;
    this.startedAt = at;
    this.status = StepStatus.RUNNING;
  }

  void finish(StepStatus status, Instant startedAt, Instant at) {
    this.status = status;
    this.startedAt = startedAt;
    this.endedAt = at;
    this.progress = "";
  }

  /** What the cache had to do with it, as its end tells. */
  void explain(BuildEvent.StepFinished end) {
    StepCause cause = end.cause();
    if (cause != null && cause.verdict() == StepCause.Verdict.MISS) {
      missed = TerminalText.clean(cause.sentence());
    }
    millisSaved = end.counters().getOrDefault("millis-saved", 0L);
  }

  /** Why it had to be executed; empty text when it did not, or that is not known. */
  String missed() {
    return missed;
  }

  /** How long it had run when it last did, if it was found in the cache. */
  long millisSaved() {
    return millisSaved;
  }

  void progress(String counter, long current, long total) {
    boolean bytes = counter.startsWith("bytes");
    String now = bytes ? Figures.bytes(current) : Long.toString(current);
    progress =
        total < 0 ? now : now + " / " + (bytes ? Figures.bytes(total) : Long.toString(total));
  }

  /** The lines the chunk completed, fit for a terminal. */
  List<String> log(LogChunk chunk) {
    List<String> lines =
        assemblers.computeIfAbsent(chunk.stream(), _ -> new LineAssembler()).add(chunk.bytes());
    lines.forEach(this::keep);
    return lines;
  }

  /** The unfinished lines at the end of the output, and no more of them after this. */
  List<String> rest() {
    List<String> lines = new ArrayList<>();
    assemblers.values().forEach(assembler -> lines.addAll(assembler.rest()));
    lines.forEach(this::keep);
    return lines;
  }

  private void keep(String line) {
    lastLines.addLast(line);
    if (lastLines.size() > KEPT_LINES) {
      lastLines.removeFirst();
    }
  }

  String label() {
    return label;
  }

  StepStatus status() {
    return status;
  }

  boolean hasEnded() {
    return status != StepStatus.PENDING && status != StepStatus.RUNNING;
  }

  /** In the order the steps of the build began, from 1; 0 before that. */
  int number() {
    return number;
  }

  Instant startedAt() {
    return startedAt;
  }

  /** How long it took, or has taken by now. */
  Duration elapsed(Instant now) {
    Duration elapsed = Duration.between(startedAt, hasEnded() ? endedAt : now);
    return elapsed.isNegative() ? Duration.ZERO : elapsed;
  }

  /** Such as {@code 12.3MB / 60.1MB}; empty text when nothing moves. */
  String progress() {
    return progress;
  }

  /** The last lines of output, oldest first. */
  List<String> lastLines() {
    return List.copyOf(lastLines);
  }
}
