package dev.brickyard.scheduler.queue;

import io.quarkus.arc.DefaultBean;
import io.smallrye.common.annotation.Identifier;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Sends with an idempotent producer, at once, to topics it creates when they are missing. */
@Singleton
@DefaultBean
public class KafkaRecordSender implements RecordSender {
  private final FarmTopics topics;
  private final KafkaProducer<String, byte[]> producer;

  KafkaRecordSender(
      FarmTopics topics, @Identifier("default-kafka-broker") Map<String, Object> kafka) {
    this.topics = topics;
    Map<String, Object> settings = new HashMap<>(kafka);
    settings.put(ProducerConfig.CLIENT_ID_CONFIG, "brickyard-scheduler");
    settings.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    settings.put(ProducerConfig.ACKS_CONFIG, "all");
    settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 5_000);
    settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000);
    settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 15_000);
    this.producer =
        new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer());
  }

  /**
   * A sender of one's own, for who does not get one injected.
   *
   * @param kafka how the brokers are reached, and convinced
   */
  public static KafkaRecordSender connect(FarmTopics topics, Map<String, Object> kafka) {
    return new KafkaRecordSender(topics, kafka);
  }

  @Override
  public CompletionStage<Void> send(String topic, String key, byte[] value) {
    CompletableFuture<Void> sent = new CompletableFuture<>();
    try {
      topics.ensure(topic);
      // The callback tells the same.
      var _ =
          producer.send(
              new ProducerRecord<>(topic, key, value),
              (metadata, failure) -> {
                if (failure == null) {
                  sent.complete(null);
                } else {
                  sent.completeExceptionally(failure);
                }
              });
    } catch (RuntimeException e) {
      sent.completeExceptionally(e);
    }
    return sent;
  }

  @PreDestroy
  void close() {
    producer.close(Duration.ofSeconds(5));
  }
}
