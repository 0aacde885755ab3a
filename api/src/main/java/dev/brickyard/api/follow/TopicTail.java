package dev.brickyard.api.follow;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.Utils;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Reads the end of a topic once for all followers, and hands each record to those that follow its
 * build. It joins no group and commits nothing: every instance of the api has its own.
 *
 * <p>A follower that joins is told the offset from which the tail will hand it everything; what
 * stands before that it reads itself (see {@link CatchUp}). Joining and handing over exclude each
 * other, so no record falls between the two, and none is seen twice.
 */
final class TopicTail implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(TopicTail.class);
  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final String topic;
  private final RelayFormat format;
  private final Supplier<Consumer<String, byte[]>> consumers;
  private final long bufferBytes;

  private final Object lock = new Object();

  /** Next offset to be handed over, by partition; empty until the tail stands. Under the lock. */
  private final Map<Integer, Long> positions = new HashMap<>();

  private final Map<UUID, Set<Subscription>> followers = new HashMap<>();
  private final Map<UUID, Set<Watch>> watches = new HashMap<>();
  private int partitions;
  private @Nullable Consumer<String, byte[]> consumer;
  private @Nullable Thread thread;
  private final CountDownLatch closing = new CountDownLatch(1);

  /**
   * Reads nothing before {@link #start}.
   *
   * @param consumers makes consumers without a group that begin at the earliest offset they can
   * @param bufferBytes how much each follower may have waiting
   */
  TopicTail(
      String topic,
      RelayFormat format,
      Supplier<Consumer<String, byte[]>> consumers,
      long bufferBytes) {
    this.topic = topic;
    this.format = format;
    this.consumers = consumers;
    this.bufferBytes = bufferBytes;
  }

  String topic() {
    return topic;
  }

  /** Begins to read in the background; keeps trying until the topic exists. */
  void start() {
    thread = Thread.ofVirtual().name("tail-" + topic).start(this::run);
  }

  /** True when the tail stands at a known place in every partition. */
  boolean isStanding() {
    synchronized (lock) {
      return !positions.isEmpty();
    }
  }

  /** How many follow. */
  int followers() {
    synchronized (lock) {
      return followers.values().stream().mapToInt(Set::size).sum();
    }
  }

  /**
   * Which partition holds a build's records: the rule of Kafka's default partitioner for the id's
   * text.
   *
   * @throws TailNotReadyException while the topic is not known
   */
  int partitionOf(UUID build) {
    int count;
    synchronized (lock) {
      count = partitions;
    }
    if (count == 0) {
      throw new TailNotReadyException(topic);
    }
    try (StringSerializer serializer = new StringSerializer()) {
      byte[] key = serializer.serialize(topic, build.toString());
      return Utils.toPositive(Utils.murmur2(key)) % count;
    }
  }

  /**
   * Begins to follow a build.
   *
   * @throws TailNotReadyException while the tail does not stand
   */
  Subscription join(UUID build) {
    int partition = partitionOf(build);
    synchronized (lock) {
      Long position = positions.get(partition);
      if (position == null) {
        throw new TailNotReadyException(topic);
      }
      Subscription subscription = new Subscription(build, partition, position, bufferBytes);
      followers.computeIfAbsent(build, b -> new HashSet<>()).add(subscription);
      return subscription;
    }
  }

  /**
   * Runs the action when a build's last record passes. Those that passed before count for nothing:
   * look at the build's state after this.
   *
   * @return ends the watch when closed
   */
  Watch watchEnd(UUID build, Runnable ended) {
    Watch watch = new Watch(build, ended);
    synchronized (lock) {
      watches.computeIfAbsent(build, b -> new HashSet<>()).add(watch);
    }
    return watch;
  }

  /** Waits for the last record of a build. */
  final class Watch implements AutoCloseable {
    private final UUID build;
    private final Runnable ended;

    private Watch(UUID build, Runnable ended) {
      this.build = build;
      this.ended = ended;
    }

    @Override
    public void close() {
      synchronized (lock) {
        Set<Watch> of = watches.get(build);
        if (of != null) {
          of.remove(this);
          if (of.isEmpty()) {
            watches.remove(build);
          }
        }
      }
    }
  }

  /** Ends a subscription; what it has buffered can still be taken. */
  void leave(Subscription subscription) {
    synchronized (lock) {
      Set<Subscription> of = followers.get(subscription.build());
      if (of != null) {
        of.remove(subscription);
        if (of.isEmpty()) {
          followers.remove(subscription.build());
        }
      }
    }
  }

  @Override
  public void close() {
    closing.countDown();
    Consumer<String, byte[]> reading;
    synchronized (lock) {
      reading = consumer;
      followers.values().forEach(of -> of.forEach(Subscription::wake));
    }
    if (reading != null) {
      reading.wakeup();
    }
    Thread running = thread;
    if (running != null) {
      try {
        running.join(Duration.ofSeconds(5));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private boolean isClosed() {
    return closing.getCount() == 0;
  }

  private void run() {
    while (!isClosed()) {
      try (Consumer<String, byte[]> reading = consumers.get()) {
        synchronized (lock) {
          consumer = reading;
        }
        read(reading);
      } catch (WakeupException | InterruptException e) {
        // Closed.
      } catch (KafkaException e) {
        LOG.warnf("reading %s failed, trying again: %s", topic, e.getMessage());
        pause();
      }
    }
  }

  private void read(Consumer<String, byte[]> reading) {
    List<TopicPartition> assigned = new ArrayList<>();
    for (PartitionInfo partition : reading.partitionsFor(topic)) {
      assigned.add(new TopicPartition(topic, partition.partition()));
    }
    if (assigned.isEmpty()) {
      LOG.infof("waiting for the topic %s", topic);
      pause();
      return;
    }
    reading.assign(assigned);
    stand(reading, assigned);
    while (!isClosed()) {
      dispatch(reading.poll(POLL));
    }
  }

  /** Goes to the end, or after a failure to where the last consumer was. */
  private void stand(Consumer<String, byte[]> reading, List<TopicPartition> assigned) {
    Map<TopicPartition, Long> ends = reading.endOffsets(assigned);
    synchronized (lock) {
      for (TopicPartition partition : assigned) {
        long end = ends.getOrDefault(partition, 0L);
        long at = Math.min(end, positions.getOrDefault(partition.partition(), end));
        reading.seek(partition, at);
        positions.put(partition.partition(), at);
      }
      partitions = assigned.size();
    }
    LOG.infof("following %s, %d partitions", topic, assigned.size());
  }

  private void dispatch(ConsumerRecords<String, byte[]> records) {
    for (ConsumerRecord<String, byte[]> record : records) {
      synchronized (lock) {
        UUID build = buildOf(record);
        if (followers.containsKey(build) || watches.containsKey(build)) {
          format.encode(record).ifPresent(relayed -> handOver(build, relayed));
        }
        positions.put(record.partition(), record.offset() + 1);
      }
    }
  }

  private void handOver(@Nullable UUID build, Relayed record) {
    followers.getOrDefault(build, Set.of()).removeIf(follower -> !follower.offer(record));
    if (record.last()) {
      watches.getOrDefault(build, Set.of()).forEach(watch -> watch.ended.run());
    }
  }

  /** The build a record is about; null when the key is no id. */
  static @Nullable UUID buildOf(ConsumerRecord<String, byte[]> record) {
    try {
      return record.key() == null ? null : UUID.fromString(record.key());
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private void pause() {
    try {
      boolean closed = closing.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
      LOG.debugf("goes on with %s: %s", topic, !closed);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
