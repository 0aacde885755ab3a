package dev.brickyard.scheduler.queue;

import io.quarkus.arc.DefaultBean;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Sends with an idempotent producer, at once, to topics it creates when they are missing. */
@Singleton
@DefaultBean
public class KafkaRecordSender implements RecordSender {
  private final FarmTopics topics;
  private final KafkaProducer<String, byte[]> producer;

  KafkaRecordSender(
      FarmTopics topics, @ConfigProperty(name = "kafka.bootstrap.servers") String servers) {
    this.topics = topics;
    this.producer =
        new KafkaProducer<>(
            Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, servers,
                ProducerConfig.CLIENT_ID_CONFIG, "brickyard-scheduler",
                ProducerConfig.LINGER_MS_CONFIG, 0,
                ProducerConfig.ACKS_CONFIG, "all",
                ProducerConfig.MAX_BLOCK_MS_CONFIG, 5_000,
                ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000,
                ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 15_000),
            new StringSerializer(),
            new ByteArraySerializer());
  }

  /** A sender of one's own, for who does not get one injected. */
  public static KafkaRecordSender connect(FarmTopics topics, String servers) {
    return new KafkaRecordSender(topics, servers);
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
