package dev.brickyard.engine.solve;

import dev.brickyard.engine.BuildObserver;
import dev.brickyard.engine.StepCause;
import dev.brickyard.engine.StepId;
import dev.brickyard.engine.StepOutcome;
import dev.brickyard.engine.StepPlan;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Remembers what a build said, and complains when that breaks the observer's contract. */
final class RecordingObserver implements BuildObserver {
  private final List<StepPlan> plans = new ArrayList<>();
  private final List<StepId> started = new ArrayList<>();
  private final Map<StepId, StepOutcome> outcomes = new LinkedHashMap<>();
  private final Map<StepId, StepCause> causes = new LinkedHashMap<>();
  private final Map<String, Long> counters = new LinkedHashMap<>();
  private final ByteArrayOutputStream log = new ByteArrayOutputStream();
  private final List<String> broken = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();
  private final CountDownLatch logged = new CountDownLatch(1);

  @Override
  public synchronized void planned(List<StepPlan> steps) {
    check(plans.isEmpty() && started.isEmpty(), "planned comes once and first");
    plans.addAll(steps);
  }

  @Override
  public synchronized void started(StepId step) {
    check(plans.stream().anyMatch(plan -> plan.id().equals(step)), step + " was planned");
    started.add(step);
    outcomes.remove(step);
  }

  @Override
  public synchronized void log(StepId step, boolean stderr, byte[] chunk) {
    check(started.contains(step) && !outcomes.containsKey(step), step + " logs while it runs");
    log.writeBytes(chunk);
    logged.countDown();
  }

  @Override
  public synchronized void progress(StepId step, String counter, long current, long total) {
    counters.put(step.value() + " " + counter, current);
  }

  @Override
  public synchronized void explained(StepId step, StepCause cause) {
    check(started.contains(step) && !outcomes.containsKey(step), step + " is explained in time");
    causes.put(step, cause);
  }

  @Override
  public synchronized void finished(StepId step, StepOutcome outcome) {
    check(started.contains(step) && !outcomes.containsKey(step), step + " ends once");
    outcomes.put(step, outcome);
  }

  @Override
  public synchronized void warning(StepId step, String sentence) {
    warnings.add(sentence);
  }

  private void check(boolean good, String rule) {
    if (!good) {
      broken.add(rule);
    }
  }

  /** Waits for the first output of a step. */
  void awaitLog() throws InterruptedException {
    if (!logged.await(30, TimeUnit.SECONDS)) {
      throw new AssertionError("no step printed anything for 30 seconds");
    }
  }

  /** Names of the steps that ended so, in the order of the plan. */
  synchronized List<String> ended(StepOutcome outcome) {
    return plans.stream()
        .filter(plan -> outcomes.get(plan.id()) == outcome)
        .map(StepPlan::name)
        .toList();
  }

  /** Why a step hit or missed; fails when that was not said. */
  synchronized StepCause cause(String name) {
    for (StepPlan plan : plans) {
      StepCause cause = causes.get(plan.id());
      if (plan.name().contains(name) && cause != null) {
        return cause;
      }
    }
    throw new AssertionError("nothing was said about " + name + ": " + causes);
  }

  /** The last value of one step's counter. */
  synchronized long counter(String step, String counter) {
    return counters.getOrDefault(step + " " + counter, 0L);
  }

  /** The sum of a counter over all steps, by their last values. */
  synchronized long total(String counter) {
    return counters.entrySet().stream()
        .filter(entry -> entry.getKey().endsWith(" " + counter))
        .mapToLong(Map.Entry::getValue)
        .sum();
  }

  /** Names of all steps announced. */
  synchronized List<String> planned() {
    return plans.stream().map(StepPlan::name).toList();
  }

  /** What the user should know, in order. */
  synchronized List<String> warnings() {
    return List.copyOf(warnings);
  }

  synchronized String log() {
    return log.toString(StandardCharsets.UTF_8);
  }

  /** Rules of the contract that were broken, or steps that never ended. */
  synchronized List<String> broken() {
    List<String> all = new ArrayList<>(broken);
    started.stream()
        .filter(step -> !outcomes.containsKey(step))
        .forEach(step -> all.add(step + " never ended"));
    return all;
  }
}
