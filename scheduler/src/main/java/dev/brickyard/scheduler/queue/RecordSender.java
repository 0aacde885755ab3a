package dev.brickyard.scheduler.queue;

import java.util.concurrent.CompletionStage;

/** Where records leave the scheduler. */
public interface RecordSender {
  /**
   * Hands a record to Kafka, in the order of the calls.
   *
   * @return done when Kafka has stored it; failed when it may or may not have
   */
  CompletionStage<Void> send(String topic, String key, byte[] value);
}
