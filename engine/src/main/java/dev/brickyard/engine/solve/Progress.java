package dev.brickyard.engine.solve;

import dev.brickyard.engine.BuildObserver;
import dev.brickyard.engine.StepCause;
import dev.brickyard.engine.StepId;
import dev.brickyard.engine.StepOutcome;
import dev.brickyard.engine.StepPlan;
import dev.brickyard.engine.lint.LintWarning;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Tells the observer, and sees to it that every started step ends exactly once. */
final class Progress {
  private final BuildObserver observer;
  private final Set<StepId> open = new HashSet<>();
  private final Set<StepId> ended = new HashSet<>();

  /** Ended, but not told yet: the reason why they ran is still being found out. */
  private final Map<StepId, StepOutcome> unexplained = new HashMap<>();

  private List<StepPlan> plans = List.of();

  Progress(BuildObserver observer) {
    this.observer = observer;
  }

  synchronized void planned(List<StepPlan> plans) {
    this.plans = List.copyOf(plans);
    observer.planned(this.plans);
  }

  synchronized void started(StepId step) {
    if (open.add(step)) {
      ended.remove(step);
      observer.started(step);
    }
  }

  synchronized void finished(StepId step, StepOutcome outcome) {
    if (open.remove(step)) {
      ended.add(step);
      observer.finished(step, outcome);
    }
  }

  /** The step ended; the observer hears of it once the reason why it ran is known. */
  synchronized void finished(
      StepId step, StepOutcome outcome, CompletableFuture<Optional<StepCause>> why) {
    if (open.remove(step)) {
      ended.add(step);
      unexplained.put(step, outcome);
      var _ = why.thenAccept(cause -> tellEnd(step, cause));
    }
  }

  private synchronized void tellEnd(StepId step, Optional<StepCause> why) {
    StepOutcome outcome = unexplained.remove(step);
    if (outcome != null) {
      why.ifPresent(cause -> observer.explained(step, cause));
      observer.finished(step, outcome);
      notifyAll();
    }
  }

  /** Waits until every end was told, but not for long: the reasons are not worth it. */
  synchronized void awaitReasons(Duration patience) throws InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    while (!unexplained.isEmpty()) {
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        tellUnexplained();
        return;
      }
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
  }

  private void tellUnexplained() {
    for (StepId step : Set.copyOf(unexplained.keySet())) {
      tellEnd(step, Optional.empty());
    }
  }

  /** The step's result was there already. Told once. */
  synchronized void cached(StepId step, StepCause why) {
    if (!ended.contains(step) && !open.contains(step)) {
      started(step);
      found(step, why);
    }
  }

  /** The step, begun or not, need not be executed after all. */
  synchronized void found(StepId step, StepCause why) {
    if (!ended.contains(step)) {
      started(step);
      observer.explained(step, why);
      finished(step, StepOutcome.CACHED);
    }
  }

  synchronized void log(StepId step, boolean stderr, byte[] chunk) {
    if (open.contains(step)) {
      observer.log(step, stderr, chunk);
    }
  }

  synchronized void counted(StepId step, String counter, long current, long total) {
    observer.progress(step, counter, current, total);
  }

  /** Says something about a line: to the step that begins there or last before it. */
  synchronized void warning(int line, String sentence) {
    stepAt(line).ifPresent(step -> observer.warning(step, sentence));
  }

  /** A check found something; told in the same way. */
  synchronized void checked(LintWarning warning) {
    stepAt(warning.range().startLine()).ifPresent(step -> observer.checked(step, warning));
  }

  private Optional<StepId> stepAt(int line) {
    return plans.stream()
        .filter(plan -> plan.line() <= line)
        .max(Comparator.comparingInt(StepPlan::line))
        .map(StepPlan::id);
  }

  synchronized boolean hasEnded(StepId step) {
    return ended.contains(step);
  }

  /** Ends what is underway: somebody else failed, or the build was cancelled. */
  synchronized void cancelOpen() {
    tellUnexplained();
    for (StepId step : Set.copyOf(open)) {
      finished(step, StepOutcome.CANCELED);
    }
  }

  /** The build succeeded: what nobody had to ask for was in the cache. */
  synchronized void cacheRest(Set<StepId> except, Function<StepId, StepCause> why) {
    for (StepPlan plan : plans) {
      if (!except.contains(plan.id()) && !ended.contains(plan.id())) {
        cached(plan.id(), why.apply(plan.id()));
      }
    }
  }
}
