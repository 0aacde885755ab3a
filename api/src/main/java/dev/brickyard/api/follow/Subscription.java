package dev.brickyard.api.follow;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * One follower's place at the tail of a topic: a bounded buffer the tail fills and the follower
 * empties. When it is full it is <em>cut</em>: it takes nothing more, and the follower has to catch
 * up from {@link #resumeAt()}. So a slow client costs a bounded piece of memory and loses nothing.
 */
final class Subscription {
  private final UUID build;
  private final int partition;
  private final long joinedAt;
  private final long capacity;

  private final ArrayDeque<Relayed> buffer = new ArrayDeque<>();
  private long buffered;
  private long resumeAt = -1;
  private boolean woken;

  /**
   * @param joinedAt every record of the build from this offset on is in the buffer, until the cut
   * @param capacity in bytes; one record always fits
   */
  Subscription(UUID build, int partition, long joinedAt, long capacity) {
    this.build = build;
    this.partition = partition;
    this.joinedAt = joinedAt;
    this.capacity = capacity;
  }

  UUID build() {
    return build;
  }

  int partition() {
    return partition;
  }

  /** The first offset that may come through this subscription. */
  long joinedAt() {
    return joinedAt;
  }

  /** Where to catch up from after a cut, once the buffer is empty; -1 while there was none. */
  synchronized long resumeAt() {
    return buffer.isEmpty() ? resumeAt : -1;
  }

  /**
   * Takes a record from the tail, in order of offsets.
   *
   * @return false when the subscription is cut, now or before
   */
  synchronized boolean offer(Relayed record) {
    if (resumeAt >= 0) {
      return false;
    }
    if (!buffer.isEmpty() && buffered + record.frame().length > capacity) {
      resumeAt = record.offset();
      notifyAll();
      return false;
    }
    buffer.add(record);
    buffered += record.frame().length;
    notifyAll();
    return true;
  }

  /** Takes nothing more; what comes from this offset on has to be caught up with. */
  synchronized void cut(long offset) {
    if (resumeAt < 0) {
      resumeAt = offset;
      notifyAll();
    }
  }

  /** Makes a waiting {@link #take} return, or the next one return at once. */
  synchronized void wake() {
    woken = true;
    notifyAll();
  }

  /**
   * What is buffered; waits for the first record. Empty after the timeout, a cut, or a {@link
   * #wake}.
   */
  synchronized List<Relayed> take(Duration timeout) throws InterruptedException {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (buffer.isEmpty() && resumeAt < 0 && !woken) {
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        break;
      }
      // Rounded up: waiting for 0 ms would be waiting for ever.
      wait(left / 1_000_000 + 1);
    }
    woken = false;
    List<Relayed> taken = new ArrayList<>(buffer);
    buffer.clear();
    buffered = 0;
    return taken;
  }
}
