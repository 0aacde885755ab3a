package dev.brickyard.worker.kafka;

import dev.brickyard.contracts.Topics;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Makes this worker's Kafka clients. */
public final class KafkaClients {
  private static final int TEN_MINUTES = 600_000;

  private final Map<String, Object> connection;
  private final String workerId;

  /**
   * @param connection how the brokers are reached and convinced, such as {@code bootstrap.servers}
   *     and {@code sasl.jaas.config}; never logged
   */
  public KafkaClients(Map<String, Object> connection, String workerId) {
    this.connection = Map.copyOf(connection);
    this.workerId = workerId;
  }

  /**
   * How the brokers are reached and convinced: what is set of {@code kafka.bootstrap.servers},
   * {@code kafka.security.…}, {@code kafka.sasl.…} and {@code kafka.ssl.…}, by Kafka's own names.
   *
   * @param settings finds one by its name; empty where it is not set
   */
  public static Map<String, Object> connection(Function<String, Optional<String>> settings) {
    Map<String, Object> connection = new HashMap<>();
    for (String name : AdminClientConfig.configNames()) {
      if (name.equals(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG)
          || name.startsWith("security.")
          || name.startsWith("sasl.")
          || name.startsWith("ssl.")) {
        settings.apply("kafka." + name).ifPresent(value -> connection.put(name, value));
      }
    }
    return connection;
  }

  /** A member of the workers' share group that holds one record at a time. */
  public ShareConsumer<byte[], byte[]> jobs(int slot) {
    Map<String, Object> settings = common("jobs-" + slot);
    settings.put(ConsumerConfig.GROUP_ID_CONFIG, Topics.JOBS_SHARE_GROUP);
    settings.put(ConsumerConfig.SHARE_ACKNOWLEDGEMENT_MODE_CONFIG, "explicit");
    // Without this the first consumer takes a whole batch, and other workers stay idle.
    settings.put(ConsumerConfig.SHARE_ACQUIRE_MODE_CONFIG, "record_limit");
    settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 1);
    return new KafkaShareConsumer<>(
        settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  /** Reads topics on its own, in no group. */
  public Consumer<String, byte[]> reader() {
    Map<String, Object> settings = common("control");
    settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "latest");
    return new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer());
  }

  /** Reads what other workers' builds print: on its own, from the earliest offset it can. */
  public Consumer<String, byte[]> logs() {
    Map<String, Object> settings = common("logs");
    settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    settings.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 100);
    settings.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 10_000);
    return new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer());
  }

  /**
   * Writes facts: durably, in order, at once. While Kafka is away it keeps trying for ten minutes
   * and holds up whoever wants to send more than 16 MiB meanwhile.
   */
  public Producer<String, byte[]> facts() {
    Map<String, Object> settings = common("facts");
    settings.put(ProducerConfig.ACKS_CONFIG, "all");
    settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    settings.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    settings.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 16L << 20);
    settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, TEN_MINUTES);
    settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, TEN_MINUTES);
    settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 10_000);
    settings.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "none");
    settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, 1 << 20);
    return new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer());
  }

  /** Writes heartbeats, which are worth nothing when they are late. */
  public Producer<String, byte[]> heartbeats() {
    Map<String, Object> settings = common("heartbeats");
    settings.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    settings.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 1L << 20);
    settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 3_000);
    settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 4_000);
    settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 3_000);
    return new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer());
  }

  /** Asks about topics. */
  public Admin admin() {
    return Admin.create(common("admin"));
  }

  private Map<String, Object> common(String role) {
    Map<String, Object> settings = new HashMap<>(connection);
    settings.put(CommonClientConfigs.CLIENT_ID_CONFIG, workerId + "-" + role);
    settings.put(CommonClientConfigs.RECONNECT_BACKOFF_MAX_MS_CONFIG, 1_000);
    settings.put(CommonClientConfigs.ENABLE_METRICS_PUSH_CONFIG, false);
    return settings;
  }
}
