package dev.brickyard.engine;

import dev.brickyard.engine.lint.LintWarning;
import java.util.List;

/**
 * Gets the progress of one build as a stream of facts, as they happen, from several threads but
 * never two at once for the same step. Must not block for long and must not throw.
 */
public interface BuildObserver {
  /** The steps to come, in the order people should see them. Called once, before any other. */
  void planned(List<StepPlan> steps);

  /** A step began to do something (a step found in the cache begins and ends at once). */
  void started(StepId step);

  /**
   * Output of a step's process, as it came: chunks end anywhere, also within a character.
   *
   * @param stderr false for standard output
   */
  void log(StepId step, boolean stderr, byte[] chunk);

  /**
   * A counter moved on.
   *
   * @param counter such as {@code bytes-pulled}, {@code bytes-pushed}, {@code bytes-stored}
   * @param current so far
   * @param total or -1 when not known
   */
  void progress(StepId step, String counter, long current, long total);

  /**
   * Why a step was found in the cache or was not. At most once for each start of a step, before its
   * end; nothing is told where that is not known.
   */
  default void explained(StepId step, StepCause cause) {}

  /** A step ended. Every started step ends, also when the build fails. */
  void finished(StepId step, StepOutcome outcome);

  /** Something the user should know that is no failure. */
  void warning(StepId step, String sentence);

  /**
   * A build check found something in the Dockerfile. By default told as any other warning.
   *
   * @param step the one that the place belongs to, as far as it belongs to any
   */
  default void checked(StepId step, LintWarning warning) {
    warning(step, warning.sentence());
  }
}
