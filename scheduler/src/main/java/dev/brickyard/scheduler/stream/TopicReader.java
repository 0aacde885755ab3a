package dev.brickyard.scheduler.stream;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.jboss.logging.Logger;

/**
 * Reads one topic on a thread of its own and hands the records on in batches. Offsets are committed
 * after a batch was dealt with; when dealing with it fails, the same batch comes again until it
 * succeeds, save for records whose content can never be dealt with, which are logged and passed
 * over.
 */
public final class TopicReader implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(TopicReader.class);
  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration REST = Duration.ofMillis(500);
  private static final int BATCH = 1000;
  private static final Duration STALE = Duration.ofSeconds(30);

  private final String topic;
  private final Duration linger;
  private final Handler handler;
  private final Consumer<String, byte[]> consumer;
  private final Thread thread;
  private volatile boolean closed;
  private volatile long lastPoll = System.nanoTime();
  private volatile boolean assigned;

  /** What is done with records. */
  public interface Handler {
    /**
     * Deals with records, in order. Must bear to see any of them again.
     *
     * @throws IllegalArgumentException when a record is not one that can ever be dealt with
     */
    void handle(List<ConsumerRecord<String, byte[]>> records);
  }

  /**
   * Starts reading where the group left off, from the beginning when it is new.
   *
   * @param kafka how the brokers are reached, and convinced
   * @param group shared by all replicas of the service
   * @param linger how long to wait for more once there is something; zero deals with it at once
   */
  public TopicReader(
      Map<String, Object> kafka, String group, String topic, Duration linger, Handler handler) {
    this.topic = topic;
    this.linger = linger;
    this.handler = handler;
    Map<String, Object> settings = new HashMap<>(kafka);
    settings.put(ConsumerConfig.GROUP_ID_CONFIG, group);
    settings.put(ConsumerConfig.CLIENT_ID_CONFIG, group);
    settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, BATCH);
    // The shortest the broker's defaults allow: a killed replica's partitions are soon read on.
    settings.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, 6_000);
    settings.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, 1_500);
    settings.put(ConsumerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 500);
    this.consumer =
        new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer());
    this.thread = Thread.ofPlatform().name("read-" + topic).start(this::run);
  }

  /** Whether it has its place in the group and polls. */
  public boolean reading() {
    return thread.isAlive() && assigned && System.nanoTime() - lastPoll < STALE.toNanos();
  }

  private void run() {
    try (consumer) {
      consumer.subscribe(List.of(topic));
      while (!closed) {
        pollOnce();
      }
    } catch (WakeupException e) {
      LOG.debugf("reading %s ends", topic);
    }
  }

  private void pollOnce() {
    try {
      ConsumerRecords<String, byte[]> records = consumer.poll(POLL);
      lastPoll = System.nanoTime();
      // A replica beside others may have no partition: that is being ready, too.
      assigned = assigned || consumer.groupMetadata().generationId() >= 0;
      if (!records.isEmpty()) {
        deal(linger.isZero() ? records : gather(records));
      }
    } catch (WakeupException e) {
      throw e;
    } catch (RuntimeException e) {
      LOG.warnf(e, "reading %s failed, trying again", topic);
      rest();
    }
  }

  /** Waits for what comes soon after, up to a batch. */
  private ConsumerRecords<String, byte[]> gather(ConsumerRecords<String, byte[]> first) {
    Map<TopicPartition, List<ConsumerRecord<String, byte[]>>> gathered = new HashMap<>();
    long deadline = System.nanoTime() + linger.toNanos();
    int count = add(first, gathered);
    for (long left = linger.toNanos();
        left > 0 && count < BATCH && !closed;
        left = deadline - System.nanoTime()) {
      count += add(consumer.poll(Duration.ofNanos(left)), gathered);
    }
    return new ConsumerRecords<>(gathered, Map.of());
  }

  private static int add(
      ConsumerRecords<String, byte[]> records,
      Map<TopicPartition, List<ConsumerRecord<String, byte[]>>> gathered) {
    records
        .partitions()
        .forEach(
            partition ->
                gathered
                    .computeIfAbsent(partition, p -> new ArrayList<>())
                    .addAll(records.records(partition)));
    return records.count();
  }

  private void deal(ConsumerRecords<String, byte[]> records) {
    List<ConsumerRecord<String, byte[]>> batch = new ArrayList<>();
    records.forEach(batch::add);
    try {
      handle(batch);
    } catch (RuntimeException e) {
      LOG.warnf(e, "%d records of %s could not be dealt with, trying again", batch.size(), topic);
      for (TopicPartition partition : records.partitions()) {
        consumer.seek(partition, records.records(partition).getFirst().offset());
      }
      rest();
      return;
    }
    Map<TopicPartition, OffsetAndMetadata> done = new HashMap<>();
    for (TopicPartition partition : records.partitions()) {
      long last = records.records(partition).getLast().offset();
      done.put(partition, new OffsetAndMetadata(last + 1));
    }
    // Not waited for: a lost commit only means that records come twice.
    consumer.commitAsync(done, null);
  }

  private void handle(List<ConsumerRecord<String, byte[]>> batch) {
    try {
      handler.handle(batch);
    } catch (RuntimeException e) {
      if (!poisoned(e)) {
        throw e;
      }
      if (batch.size() == 1) {
        ConsumerRecord<String, byte[]> record = batch.getFirst();
        LOG.errorf(
            e, "%s-%d@%d is passed over", record.topic(), record.partition(), record.offset());
        return;
      }
      batch.forEach(record -> handle(List.of(record)));
    }
  }

  /** Whether trying again cannot help: the content itself is refused, by us or by the database. */
  private static boolean poisoned(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof IllegalArgumentException) {
        return true;
      }
      // Class 22: data exception; class 23: integrity constraint violation.
      if (cause instanceof SQLException e
          && e.getSQLState() != null
          && (e.getSQLState().startsWith("22") || e.getSQLState().startsWith("23"))) {
        return true;
      }
    }
    return false;
  }

  private void rest() {
    try {
      Thread.sleep(REST);
    } catch (InterruptedException e) {
      closed = true;
    }
  }

  /** Ends after the batch at hand. */
  @Override
  public void close() {
    closed = true;
    consumer.wakeup();
    try {
      thread.join(Duration.ofSeconds(10));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
