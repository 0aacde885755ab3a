package dev.brickyard.storage.object;

import java.time.Duration;

/**
 * How often and how patiently a failed request is tried again: the pause doubles from one try to
 * the next, and a random half of it is left away so that many workers do not return at once.
 *
 * @param tries at least 1, the first included
 */
public record RetryPolicy(int tries, Duration firstPause, Duration longestPause) {
  /** About 12 seconds in all: a restart of the store goes unnoticed. */
  public static final RetryPolicy DEFAULT =
      new RetryPolicy(8, Duration.ofMillis(100), Duration.ofSeconds(5));

  /**
   * More than a minute, also when every pause is the shortest: for work that would be lost, such as
   * a worker's. The store may move to another machine meanwhile.
   */
  public static final RetryPolicy PATIENT =
      new RetryPolicy(30, Duration.ofMillis(100), Duration.ofSeconds(5));

  public RetryPolicy {
    if (tries < 1) {
      throw new IllegalArgumentException("something is tried at least once");
    }
  }

  /**
   * The pause after a failed try.
   *
   * @param failed how many tries failed so far, from 1
   * @param random 0 to 1
   */
  Duration pause(int failed, double random) {
    double full =
        Math.min(
            (double) longestPause.toNanos(),
            firstPause.toNanos() * Math.pow(2, Math.max(0, failed - 1)));
    return Duration.ofNanos((long) (full * (0.5 + random / 2)));
  }
}
