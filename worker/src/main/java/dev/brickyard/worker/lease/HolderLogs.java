package dev.brickyard.worker.lease;

import dev.brickyard.contracts.Json;
import dev.brickyard.contracts.LeaseAnswer.Holder;
import dev.brickyard.contracts.LogChunk;
import dev.brickyard.contracts.Topics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Utils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads what the holders of leases print, for all of this worker's builds that wait, with one
 * consumer that exists only while somebody waits. It reads just the partitions of builds that are
 * followed. When one more joins a partition it goes back to where that one has to begin; each takes
 * a record only once, by its offset.
 */
final class HolderLogs implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HolderLogs.class);
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration PAUSE = Duration.ofSeconds(1);

  /** Spares making a consumer for each of several steps in a row. */
  private static final long IDLE_NANOS = Duration.ofSeconds(5).toNanos();

  /** Records carry the time of who wrote them, the lease that of the scheduler. */
  private static final Duration CLOCK_SKEW = Duration.ofMinutes(1);

  private final Supplier<Consumer<String, byte[]>> consumers;
  private final Set<HeardLog> logs = new HashSet<>();
  private long idleSince = System.nanoTime();
  private boolean running;
  private boolean closed;

  /**
   * @param consumers makes consumers without a group that begin at the earliest offset they can
   */
  HolderLogs(Supplier<Consumer<String, byte[]>> consumers) {
    this.consumers = consumers;
  }

  /**
   * Begins to read what a holder's step prints.
   *
   * @param log where it goes; also says where to begin
   */
  synchronized void join(HeardLog log) {
    if (closed) {
      return;
    }
    logs.add(log);
    if (!running) {
      running = true;
      Thread.ofVirtual().name("holder-logs").start(this::run);
    }
    notifyAll();
  }

  /** Reads no more for it. */
  synchronized void leave(HeardLog log) {
    logs.remove(log);
    idleSince = System.nanoTime();
  }

  private synchronized Set<HeardLog> followed() {
    return Set.copyOf(logs);
  }

  /** False, once nobody has waited for a while; then the thread ends. */
  private synchronized boolean goesOn() {
    long idle = System.nanoTime() - idleSince;
    if (closed || (logs.isEmpty() && idle > IDLE_NANOS)) {
      running = false;
      return false;
    }
    return true;
  }

  private synchronized void rest(Duration time) {
    try {
      if (!closed) {
        wait(time.toMillis());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    while (goesOn()) {
      try (Consumer<String, byte[]> consumer = consumers.get()) {
        followed().forEach(HeardLog::unplaced);
        read(consumer);
      } catch (KafkaException e) {
        LOG.warn("what other builds print cannot be read, trying again: {}", e.toString());
        rest(PAUSE);
      }
    }
  }

  private void read(Consumer<String, byte[]> consumer) {
    int partitions = consumer.partitionsFor(Topics.LOGS).size();
    if (partitions == 0) {
      rest(PAUSE);
      return;
    }
    Set<TopicPartition> standing = new HashSet<>();
    while (goesOn()) {
      Set<HeardLog> followed = followed();
      Map<HeardLog, TopicPartition> places =
          followed.stream()
              .collect(Collectors.toMap(log -> log, log -> partition(log.holder(), partitions)));
      consumer.assign(new HashSet<>(places.values()));
      standing.retainAll(consumer.assignment());
      places.forEach((log, partition) -> place(consumer, log, partition, standing));
      if (places.isEmpty()) {
        rest(POLL);
        continue;
      }
      ConsumerRecords<String, byte[]> records = consumer.poll(POLL);
      places.forEach(
          (log, partition) -> {
            for (ConsumerRecord<String, byte[]> record : records.records(partition)) {
              offer(log, record);
            }
            // Also moves over gaps and what retention removed.
            log.readTo(consumer.position(partition));
            if (log.wantsEnd()) {
              log.end(consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L));
            }
          });
    }
  }

  /** The rule of Kafka's default partitioner for the build's id, which is the records' key. */
  private static TopicPartition partition(Holder holder, int partitions) {
    byte[] key = holder.buildId().toString().getBytes(StandardCharsets.UTF_8);
    return new TopicPartition(Topics.LOGS, Utils.toPositive(Utils.murmur2(key)) % partitions);
  }

  /**
   * @param standing partitions in which the consumer has a place
   */
  private static void place(
      Consumer<String, byte[]> consumer,
      HeardLog log,
      TopicPartition partition,
      Set<TopicPartition> standing) {
    if (!log.wantsPlace()) {
      return;
    }
    long from = log.next();
    if (from < 0) {
      // The end first: what is written between the two questions is then read, not missed.
      long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
      long since = log.holder().acquiredAt().minus(CLOCK_SKEW).toEpochMilli();
      OffsetAndTimestamp found = consumer.offsetsForTimes(Map.of(partition, since)).get(partition);
      from = found == null ? end : found.offset();
    }
    if (standing.add(partition) || consumer.position(partition) > from) {
      consumer.seek(partition, from);
    }
    log.placed(from);
  }

  private static void offer(HeardLog log, ConsumerRecord<String, byte[]> record) {
    if (!log.holder().buildId().toString().equals(record.key())) {
      return;
    }
    try {
      log.offer(record.offset(), Json.read(record.value(), LogChunk.class));
    } catch (IOException e) {
      LOG.debug("unreadable log chunk at {}", record.offset());
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    List<HeardLog> left = new ArrayList<>(logs);
    logs.clear();
    left.forEach(HeardLog::stop);
    notifyAll();
  }
}
