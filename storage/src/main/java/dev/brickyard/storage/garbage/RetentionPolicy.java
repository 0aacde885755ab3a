package dev.brickyard.storage.garbage;

import java.time.Duration;
import java.util.OptionalLong;

/**
 * How long a project's part of the cache is kept. A build's use of the cache counts while it is
 * younger than {@code maxAge} or one of the {@code keepLast} latest builds of the project; of
 * those, the oldest count no more when together they hold more than {@code maxBytes}.
 *
 * @param maxAge zero or more
 * @param keepLast how many builds count whatever their age; 0 or more
 * @param maxBytes bytes of distinct objects in the bucket; what two projects share counts for both
 */
public record RetentionPolicy(Duration maxAge, int keepLast, OptionalLong maxBytes) {
  /** What is kept of projects nobody has said anything about. */
  public static final RetentionPolicy DEFAULT =
      new RetentionPolicy(Duration.ofDays(30), 3, OptionalLong.empty());

  /** Checks the figures; throws {@link IllegalArgumentException} naming a negative one. */
  public RetentionPolicy {
    if (maxAge.isNegative()) {
      throw new IllegalArgumentException("maxAge must not be negative: " + maxAge);
    }
    if (keepLast < 0) {
      throw new IllegalArgumentException("keepLast must not be negative: " + keepLast);
    }
    if (maxBytes.isPresent() && maxBytes.getAsLong() < 0) {
      throw new IllegalArgumentException("maxBytes must not be negative: " + maxBytes);
    }
  }
}
