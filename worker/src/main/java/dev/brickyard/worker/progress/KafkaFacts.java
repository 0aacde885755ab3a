package dev.brickyard.worker.progress;

import dev.brickyard.contracts.BuildEvent;
import dev.brickyard.contracts.Json;
import dev.brickyard.contracts.LogChunk;
import dev.brickyard.contracts.Topics;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;

/** Facts as records of the events and logs topics, keyed by build. */
public final class KafkaFacts implements Facts {
  private final Producer<String, byte[]> producer;

  /**
   * @param producer idempotent, so that a retry changes no order; not closed by this
   */
  public KafkaFacts(Producer<String, byte[]> producer) {
    this.producer = producer;
  }

  @Override
  public CompletableFuture<Void> publish(BuildEvent event) {
    return send(Topics.EVENTS, event.buildId(), Json.write(event));
  }

  @Override
  public CompletableFuture<Void> publish(LogChunk chunk) {
    return send(Topics.LOGS, chunk.buildId(), Json.write(chunk));
  }

  private CompletableFuture<Void> send(String topic, UUID buildId, byte[] value) {
    CompletableFuture<Void> sent = new CompletableFuture<>();
    try {
      // The callback tells all that the future would.
      Future<RecordMetadata> _ =
          producer.send(
              new ProducerRecord<>(topic, buildId.toString(), value),
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
}
