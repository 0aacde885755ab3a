package dev.brickyard.scheduler.queue;

import dev.brickyard.contracts.Json;
import java.time.Instant;

/**
 * A record that Kafka has to get.
 *
 * @param value its JSON; never written to again
 * @param notBefore when to send it
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, and never large
public record OutgoingRecord(String topic, String key, byte[] value, Instant notBefore) {
  /** Sends a message as soon as the transaction is committed. */
  public static OutgoingRecord now(String topic, String key, Object message) {
    return at(topic, key, message, Instant.EPOCH);
  }

  /** Sends a message after the commit, and not before that time. */
  public static OutgoingRecord at(String topic, String key, Object message, Instant notBefore) {
    return new OutgoingRecord(topic, key, Json.write(message), notBefore);
  }
}
