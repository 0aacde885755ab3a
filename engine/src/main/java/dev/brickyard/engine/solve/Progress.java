package dev.brickyard.engine.solve;

import dev.brickyard.engine.BuildObserver;
import dev.brickyard.engine.StepId;
import dev.brickyard.engine.StepOutcome;
import dev.brickyard.engine.StepPlan;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Tells the observer, and sees to it that every started step ends exactly once. */
final class Progress {
  private final BuildObserver observer;
  private final Set<StepId> open = new HashSet<>();
  private final Set<StepId> ended = new HashSet<>();
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

  /** The step's result was there already. Told once. */
  synchronized void cached(StepId step) {
    if (!ended.contains(step) && !open.contains(step)) {
      started(step);
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
    plans.stream()
        .filter(plan -> plan.line() <= line)
        .max(Comparator.comparingInt(StepPlan::line))
        .ifPresent(plan -> observer.warning(plan.id(), sentence));
  }

  /** Ends what is underway: somebody else failed, or the build was cancelled. */
  synchronized void cancelOpen() {
    for (StepId step : Set.copyOf(open)) {
      finished(step, StepOutcome.CANCELED);
    }
  }

  /** The build succeeded: what nobody had to ask for was in the cache. */
  synchronized void cacheRest(Set<StepId> except) {
    for (StepPlan plan : plans) {
      if (!except.contains(plan.id())) {
        cached(plan.id());
      }
    }
  }
}
