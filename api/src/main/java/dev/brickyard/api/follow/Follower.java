package dev.brickyard.api.follow;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * One client's way through a build's records in a topic: each once, in order, none missing. It
 * starts behind, catches up with the tail, stays there while the client keeps pace, and falls back
 * to catching up when the client does not. Not for use by several threads, but for {@link #wake}.
 */
final class Follower implements AutoCloseable {
  private final TopicTail tail;
  private final CatchUp catchUp;
  private final RelayFormat format;
  private final UUID build;
  private final TopicPartition partition;

  private long next;
  private volatile @Nullable Subscription subscription;
  private volatile boolean woken;

  /**
   * @param from the first offset wanted
   */
  Follower(TopicTail tail, CatchUp catchUp, RelayFormat format, UUID build, long from) {
    this.tail = tail;
    this.catchUp = catchUp;
    this.format = format;
    this.build = build;
    this.partition = new TopicPartition(tail.topic(), tail.partitionOf(build));
    this.next = from;
  }

  /** Every record before this offset was returned. */
  long next() {
    return next;
  }

  /** True when there is nothing left to catch up with. */
  boolean isLive() {
    Subscription joined = subscription;
    return joined != null && next >= joined.joinedAt() && joined.resumeAt() < 0;
  }

  /**
   * The next records. Empty when none came in time, when woken, or when a piece of what was caught
   * up with held none of the build's.
   *
   * @throws TailNotReadyException while the topic cannot be followed
   * @throws org.apache.kafka.common.KafkaException when the broker does not answer
   */
  List<Relayed> take(Duration timeout) throws InterruptedException {
    Subscription joined = subscription;
    if (joined == null || joined.resumeAt() >= 0) {
      leave();
      joined = tail.join(build);
      subscription = joined;
    }
    // After the subscription is set: whoever wakes sees either it or this flag seen.
    if (woken) {
      woken = false;
      return List.of();
    }
    if (next < joined.joinedAt()) {
      CatchUp.Slice slice = catchUp.read(partition, build, next, joined.joinedAt(), format);
      next = slice.next();
      return slice.records();
    }
    List<Relayed> fresh = new ArrayList<>();
    for (Relayed record : joined.take(timeout)) {
      if (record.offset() >= next) {
        fresh.add(record);
        next = record.offset() + 1;
      }
    }
    return fresh;
  }

  /**
   * The next records before a fixed end, without the tail.
   *
   * @param end exclusive
   * @return empty only when {@link #next()} has reached the end, or the piece held none
   */
  List<Relayed> takeUntil(long end) throws InterruptedException {
    leave();
    CatchUp.Slice slice = catchUp.read(partition, build, next, end, format);
    next = Math.max(next, slice.next());
    return slice.records();
  }

  /** Where the build's partition ends now. */
  long end() throws InterruptedException {
    return catchUp.end(partition);
  }

  /** Makes a waiting {@link #take} return. */
  void wake() {
    woken = true;
    Subscription joined = subscription;
    if (joined != null) {
      joined.wake();
    }
  }

  @Override
  public void close() {
    leave();
  }

  private void leave() {
    Subscription joined = subscription;
    if (joined != null) {
      tail.leave(joined);
      subscription = null;
    }
  }
}
