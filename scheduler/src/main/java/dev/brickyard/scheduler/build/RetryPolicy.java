package dev.brickyard.scheduler.build;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How often a job is tried, and how long it rests between two attempts: the first rest, then four
 * times as long each time, up to the longest, give or take a fifth so that jobs that failed
 * together do not return together.
 *
 * @param maxAttempts at least 1
 */
public record RetryPolicy(
    int maxAttempts, Duration firstRest, Duration longestRest, RandomGenerator random) {
  private static final double FACTOR = 4;
  private static final double JITTER = 0.2;

  public RetryPolicy {
    if (maxAttempts < 1) {
      throw new IllegalArgumentException("a job needs at least one attempt, not " + maxAttempts);
    }
  }

  /** Whether a job that spent so many attempts gets no other. */
  boolean exhausted(int spent) {
    return spent >= maxAttempts;
  }

  /**
   * The rest after so many spent attempts.
   *
   * @param spent at least 1
   */
  Duration restAfter(int spent) {
    double rest =
        Math.min(
            (double) longestRest.toMillis(), firstRest.toMillis() * Math.pow(FACTOR, spent - 1));
    return Duration.ofMillis(Math.round(rest * (1 - JITTER + 2 * JITTER * random.nextDouble())));
  }
}
