package dev.brickyard.api.follow;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads what lies between a follower and the tail, with a few consumers that all followers share. A
 * consumer is held for one bounded {@link Slice}, never while a client is written to, so a slow
 * client holds up nobody.
 */
final class CatchUp implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(100);

  /** Records of other builds are read past, but not for longer than this at a time. */
  private static final Duration SLICE_TIME = Duration.ofSeconds(1);

  /** No broker answering for this long ends the follower's request: it can come back. */
  private static final Duration SILENCE = Duration.ofSeconds(20);

  private final Supplier<Consumer<String, byte[]>> consumers;
  private final Semaphore permits;
  private final long sliceBytes;
  private final ConcurrentLinkedDeque<Consumer<String, byte[]>> idle =
      new ConcurrentLinkedDeque<>();

  /**
   * @param consumers makes consumers without a group that begin at the earliest offset they can
   * @param readers how many may read at once
   * @param sliceBytes how much one slice may hold; one record always fits
   */
  CatchUp(Supplier<Consumer<String, byte[]>> consumers, int readers, long sliceBytes) {
    this.consumers = consumers;
    this.permits = new Semaphore(readers, true);
    this.sliceBytes = sliceBytes;
  }

  /**
   * A piece of a build's records.
   *
   * @param next where to go on
   */
  record Slice(List<Relayed> records, long next) {}

  @FunctionalInterface
  private interface Reading<T> {
    T with(Consumer<String, byte[]> consumer);
  }

  /**
   * The build's records in {@code [from, to)}, or the first of them.
   *
   * @throws KafkaException when the broker does not answer
   */
  Slice read(TopicPartition partition, UUID build, long from, long to, RelayFormat format)
      throws InterruptedException {
    if (from >= to) {
      return new Slice(List.of(), from);
    }
    return borrow(consumer -> read(consumer, partition, build, from, to, format));
  }

  /** Where the partition ends now. */
  long end(TopicPartition partition) throws InterruptedException {
    return borrow(consumer -> consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L));
  }

  /** The first offset that may hold a record from this time or later. */
  long offsetAt(TopicPartition partition, Instant time) throws InterruptedException {
    return borrow(
        consumer -> {
          // The end first: what is written between the two questions is then read again, not
          // missed.
          long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
          OffsetAndTimestamp found =
              consumer.offsetsForTimes(Map.of(partition, time.toEpochMilli())).get(partition);
          return found == null ? end : found.offset();
        });
  }

  @Override
  public void close() {
    for (Consumer<String, byte[]> c = idle.poll(); c != null; c = idle.poll()) {
      c.close();
    }
  }

  private Slice read(
      Consumer<String, byte[]> consumer,
      TopicPartition partition,
      UUID build,
      long from,
      long to,
      RelayFormat format) {
    consumer.assign(List.of(partition));
    consumer.seek(partition, from);
    List<Relayed> found = new ArrayList<>();
    long bytes = 0;
    long next = from;
    long begun = System.nanoTime();
    long heard = begun;
    while ((next < to && System.nanoTime() - begun < SLICE_TIME.toNanos()) || next == from) {
      ConsumerRecords<String, byte[]> records = consumer.poll(POLL);
      for (ConsumerRecord<String, byte[]> record : records.records(partition)) {
        if (record.offset() >= to) {
          return new Slice(found, to);
        }
        if (build.equals(TopicTail.buildOf(record))) {
          Relayed relayed = format.encode(record).orElse(null);
          if (relayed != null) {
            if (!found.isEmpty() && bytes + relayed.frame().length > sliceBytes) {
              return new Slice(found, record.offset());
            }
            found.add(relayed);
            bytes += relayed.frame().length;
          }
        }
      }
      // Also moves over gaps and what retention removed.
      long position = consumer.position(partition);
      if (position != next) {
        heard = System.nanoTime();
        next = position;
      } else if (System.nanoTime() - heard > SILENCE.toNanos()) {
        throw new KafkaException("no answer for " + partition);
      }
    }
    return new Slice(found, Math.min(next, to));
  }

  private <T> T borrow(Reading<T> reading) throws InterruptedException {
    permits.acquire();
    try {
      Consumer<String, byte[]> consumer = idle.poll();
      if (consumer == null) {
        consumer = consumers.get();
      }
      boolean usable = false;
      try {
        T result = reading.with(consumer);
        usable = true;
        return result;
      } finally {
        if (usable) {
          idle.push(consumer);
        } else {
          consumer.close();
        }
      }
    } finally {
      permits.release();
    }
  }
}
