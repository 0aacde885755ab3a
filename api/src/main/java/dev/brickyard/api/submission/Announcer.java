package dev.brickyard.api.submission;

import dev.brickyard.contracts.Json;
import dev.brickyard.contracts.SubmissionMessage;
import dev.brickyard.contracts.Topics;
import io.smallrye.common.annotation.Identifier;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jboss.logging.Logger;

/**
 * Tells the scheduler to look at the submissions now. Nobody waits for it and a failure is only
 * logged: the scheduler looks by itself every few seconds.
 */
@Singleton
public class Announcer {
  private static final Logger LOG = Logger.getLogger(Announcer.class);
  private static final int MAX_BLOCK_MS = 5_000;

  private final KafkaProducer<String, byte[]> producer;

  Announcer(@Identifier("default-kafka-broker") Map<String, Object> kafka) {
    Map<String, Object> config = new HashMap<>(kafka);
    config.put(ProducerConfig.ACKS_CONFIG, "all");
    config.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, MAX_BLOCK_MS);
    config.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000);
    config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 15_000);
    this.producer = new KafkaProducer<>(config, new StringSerializer(), new ByteArraySerializer());
  }

  /** Sends in the background. */
  public void announce(SubmissionMessage message) {
    // Without metadata, sending itself would block.
    Thread.ofVirtual().name("announce-" + message.buildId()).start(() -> send(message));
  }

  @PreDestroy
  void close() {
    producer.close(Duration.ofSeconds(2));
  }

  private void send(SubmissionMessage message) {
    try {
      var _ =
          producer.send(
              new ProducerRecord<>(
                  Topics.SUBMISSIONS, message.buildId().toString(), Json.write(message)),
              (metadata, failure) -> {
                if (failure != null) {
                  warn(message, failure);
                }
              });
    } catch (KafkaException | IllegalStateException e) {
      warn(message, e);
    }
  }

  private static void warn(SubmissionMessage message, Exception failure) {
    LOG.warnf(
        "the scheduler was not told of %s, it will find the build by itself: %s",
        message.buildId(), failure.getMessage());
  }
}
