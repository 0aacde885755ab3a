package dev.brickyard.worker.lease;

import dev.brickyard.contracts.BuildEvent;
import dev.brickyard.contracts.Json;
import dev.brickyard.contracts.LeaseAnswer.Holder;
import dev.brickyard.contracts.LogChunk;
import dev.brickyard.contracts.Topics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
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
 * a record only once, by its offset. From the events of these builds it learns when a step has
 * ended, and that the lease will soon be given back.
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

  /**
   * False, once nobody has waited for a while. Then the thread must end, and not ask again: who
   * comes after that starts another.
   */
  private synchronized boolean goesOn() {
    long idle = System.nanoTime() - idleSince;
    if (closed || (logs.isEmpty() && idle > IDLE_NANOS)) {
      running = false;
      return false;
    }
    return true;
  }

  /**
   * Waits a moment.
   *
   * @param forCompany ends early when somebody joins
   */
  private synchronized void rest(Duration time, boolean forCompany) {
    long deadline = System.nanoTime() + time.toNanos();
    try {
      long left = time.toNanos();
      while (left > 0 && !closed && !(forCompany && !logs.isEmpty())) {
        wait(left / 1_000_000 + 1);
        left = deadline - System.nanoTime();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    boolean more = true;
    while (more) {
      try (Consumer<String, byte[]> consumer = consumers.get()) {
        followed().forEach(HeardLog::unplaced);
        more = read(consumer);
      } catch (KafkaException e) {
        LOG.warn("what other builds print cannot be read, trying again: {}", e.toString());
        rest(PAUSE, false);
        more = goesOn();
      }
    }
  }

  /**
   * The partitions of a holder's build.
   *
   * @param output where its chunks are
   * @param events where its events are
   */
  private record Place(TopicPartition output, TopicPartition events) {}

  /** Returns whether there is more to read, with another consumer. */
  private boolean read(Consumer<String, byte[]> consumer) {
    int outputs = consumer.partitionsFor(Topics.LOGS).size();
    int events = consumer.partitionsFor(Topics.EVENTS).size();
    if (outputs == 0 || events == 0) {
      rest(PAUSE, false);
      return goesOn();
    }
    Set<TopicPartition> standing = new HashSet<>();
    while (goesOn()) {
      Map<HeardLog, Place> places = new HashMap<>();
      for (HeardLog log : followed()) {
        places.put(
            log,
            new Place(
                partition(Topics.LOGS, log.holder(), outputs),
                partition(Topics.EVENTS, log.holder(), events)));
      }
      if (places.isEmpty()) {
        consumer.unsubscribe();
        standing.clear();
        rest(POLL, true);
      } else {
        read(consumer, places, standing);
      }
    }
    return false;
  }

  /**
   * @param standing partitions in which the consumer has a place
   */
  private static void read(
      Consumer<String, byte[]> consumer,
      Map<HeardLog, Place> places,
      Set<TopicPartition> standing) {
    Set<TopicPartition> wanted = new HashSet<>();
    places.values().forEach(place -> wanted.addAll(List.of(place.output(), place.events())));
    consumer.assign(wanted);
    standing.retainAll(wanted);
    places.forEach(
        (log, place) -> {
          if (standing.add(place.events())) {
            consumer.seekToEnd(List.of(place.events()));
          }
          place(consumer, log, place.output(), standing);
        });
    ConsumerRecords<String, byte[]> records = consumer.poll(POLL);
    places.forEach(
        (log, place) -> {
          records.records(place.output()).forEach(record -> offer(log, record));
          records.records(place.events()).forEach(record -> tell(log, record));
          // Also moves over gaps and what retention removed.
          log.readTo(consumer.position(place.output()));
          if (log.wantsEnd()) {
            log.end(consumer.endOffsets(List.of(place.output())).getOrDefault(place.output(), 0L));
          }
        });
  }

  /** The rule of Kafka's default partitioner for the build's id, which is the records' key. */
  private static TopicPartition partition(String topic, Holder holder, int partitions) {
    byte[] key = holder.buildId().toString().getBytes(StandardCharsets.UTF_8);
    return new TopicPartition(topic, Utils.toPositive(Utils.murmur2(key)) % partitions);
  }

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

  private static boolean isOf(Holder holder, ConsumerRecord<String, byte[]> record) {
    return holder.buildId().toString().equals(record.key());
  }

  private static void tell(HeardLog log, ConsumerRecord<String, byte[]> record) {
    if (!isOf(log.holder(), record)) {
      return;
    }
    try {
      Holder holder = log.holder();
      boolean ended =
          switch (Json.read(record.value(), BuildEvent.class)) {
            case BuildEvent.StepFinished step ->
                step.jobId().equals(holder.jobId()) && step.stepId().equals(holder.stepId());
            case BuildEvent.JobFinished job -> job.jobId().equals(holder.jobId());
            default -> false;
          };
      if (ended) {
        log.stepEnded();
      }
    } catch (IOException e) {
      LOG.debug("unreadable event at {}", record.offset());
    }
  }

  private static void offer(HeardLog log, ConsumerRecord<String, byte[]> record) {
    if (!isOf(log.holder(), record)) {
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
