package dev.brickyard.storage.garbage;

import java.time.Duration;

/**
 * How a collector works.
 *
 * @param grace nothing younger is removed, and nothing that was of use until less than this ago;
 *     longer than the longest build, and at least twice the age after which writers refresh what
 *     they find ({@link dev.brickyard.storage.object.RefreshingObjectStore})
 * @param contextRetention how long the context of an ended build is kept
 * @param logRetention how long logs are kept
 * @param outputRetention how long what builds leave to be downloaded is kept
 */
public record GarbageSettings(
    Duration grace, Duration contextRetention, Duration logRetention, Duration outputRetention) {
  /** Six hours of grace, contexts and outputs for a day, logs for 90 days. */
  public static final GarbageSettings DEFAULT =
      new GarbageSettings(
          Duration.ofHours(6), Duration.ofHours(24), Duration.ofDays(90), Duration.ofHours(24));

  /** Checks the figures; throws {@link IllegalArgumentException} when one is negative. */
  public GarbageSettings {
    if (grace.isNegative()
        || contextRetention.isNegative()
        || logRetention.isNegative()
        || outputRetention.isNegative()) {
      throw new IllegalArgumentException("a period cannot be negative");
    }
  }

  /** The same with another grace period. */
  public GarbageSettings withGrace(Duration grace) {
    return new GarbageSettings(grace, contextRetention, logRetention, outputRetention);
  }
}
