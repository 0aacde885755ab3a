package dev.brickyard.bench.network;

import java.time.Duration;
import java.util.OptionalLong;

/**
 * When a packet arrives at the end of a line: packets leave one after the other, as fast as the
 * line takes them, then travel. What would have to wait too long for its turn is dropped, as a
 * router does.
 */
final class LineClock {
  private final long bitsPerSecond;
  private final long delayNanos;
  private final long longestQueueNanos;
  private long freeAt = Long.MIN_VALUE;

  LineClock(long bitsPerSecond, Duration delay, Duration longestQueue) {
    this.bitsPerSecond = bitsPerSecond;
    this.delayNanos = delay.toNanos();
    this.longestQueueNanos = longestQueue.toNanos();
  }

  /**
   * When a packet that is there now arrives; empty when it is dropped.
   *
   * @param now in nanoseconds, never less than in the call before
   * @param bytes on the line
   */
  OptionalLong arrival(long now, int bytes) {
    long begins = freeAt == Long.MIN_VALUE ? now : Math.max(now, freeAt);
    if (begins - now > longestQueueNanos) {
      return OptionalLong.empty();
    }
    freeAt = begins + bytes * 8_000_000_000L / bitsPerSecond;
    return OptionalLong.of(freeAt + delayNanos);
  }
}
