package dev.brickyard.api.follow;

import dev.brickyard.api.ApiConfiguration;
import dev.brickyard.contracts.Topics;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.common.annotation.Identifier;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** The tails of the events and logs topics, and the consumers to catch up with them. */
@Singleton
public class TopicReaders {
  private static final int MAX_SLICE = 256 << 10;
  private static final int TAIL_FETCH_WAIT_MS = 500;
  private static final int CATCH_UP_FETCH_WAIT_MS = 5;

  private final Map<String, Object> kafka;
  private final ApiConfiguration.Follow settings;
  private final TopicTail events;
  private final TopicTail logs;
  private final CatchUp catchUp;

  TopicReaders(
      @Identifier("default-kafka-broker") Map<String, Object> kafka,
      ApiConfiguration configuration,
      MeterRegistry metrics) {
    this.kafka = kafka;
    this.settings = configuration.follow();
    long buffer = settings.buffer().asLongValue();
    this.events = new TopicTail(Topics.EVENTS, RelayFormats::event, this::consumer, buffer);
    this.logs = new TopicTail(Topics.LOGS, RelayFormats::log, this::consumer, buffer);
    this.catchUp =
        new CatchUp(this::catchUpConsumer, settings.readers(), Math.min(buffer, MAX_SLICE));
    metrics.gauge("brickyard.followers.events", events, TopicTail::followers);
    metrics.gauge("brickyard.followers.logs", logs, TopicTail::followers);
  }

  /** Begins to read the tails, in the background. */
  public void start() {
    events.start();
    logs.start();
  }

  /** True when builds can be followed. */
  public boolean areStanding() {
    return events.isStanding() && logs.isStanding();
  }

  @PreDestroy
  void close() {
    events.close();
    logs.close();
    catchUp.close();
  }

  TopicTail events() {
    return events;
  }

  TopicTail logs() {
    return logs;
  }

  CatchUp catchUp() {
    return catchUp;
  }

  /** Follows the events of a build from an offset. */
  Follower followEvents(UUID build, long from) {
    return new Follower(events, catchUp, RelayFormats::event, build, from);
  }

  /** Follows the log chunks of a build from an offset. */
  Follower followLogs(UUID build, long from) {
    return new Follower(logs, catchUp, RelayFormats::log, build, from);
  }

  /**
   * Where to begin: after the last event the client saw, or before the build's first.
   *
   * @param lastSeen -1 for none; one that was never given out counts as none
   */
  long start(TopicTail tail, UUID build, Instant acceptedAt, long lastSeen)
      throws InterruptedException {
    TopicPartition partition = new TopicPartition(tail.topic(), tail.partitionOf(build));
    if (lastSeen >= 0 && lastSeen < catchUp.end(partition)) {
      return lastSeen + 1;
    }
    return catchUp.offsetAt(partition, acceptedAt.minus(settings.clockSkew()));
  }

  /** For the tail: the broker holds a fetch until there is something. */
  private Consumer<String, byte[]> consumer() {
    return consumer(TAIL_FETCH_WAIT_MS);
  }

  /**
   * For catching up: a consumer that is handed to the next follower may still have a fetch at the
   * end of a partition under way, and can begin its next only after that.
   */
  private Consumer<String, byte[]> catchUpConsumer() {
    return consumer(CATCH_UP_FETCH_WAIT_MS);
  }

  private Consumer<String, byte[]> consumer(int fetchWaitMs) {
    Map<String, Object> config = new HashMap<>(kafka);
    config.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, fetchWaitMs);
    config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    config.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 10_000);
    config.remove(ConsumerConfig.GROUP_ID_CONFIG);
    return new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer());
  }
}
