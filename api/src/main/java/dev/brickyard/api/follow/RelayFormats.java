package dev.brickyard.api.follow;

import dev.brickyard.contracts.BuildEvent;
import dev.brickyard.contracts.Json;
import dev.brickyard.contracts.LogChunk;
import dev.brickyard.contracts.UnreadableMessageException;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jboss.logging.Logger;

/** How events and log chunks are shown to followers. The data is the record, byte for byte. */
final class RelayFormats {
  private static final Logger LOG = Logger.getLogger(RelayFormats.class);

  private RelayFormats() {}

  static Optional<Relayed> event(ConsumerRecord<String, byte[]> record) {
    try {
      BuildEvent event = Json.read(record.value(), BuildEvent.class);
      return Optional.of(
          Relayed.of(
              record.offset(),
              event.getClass().getSimpleName(),
              record.value(),
              event instanceof BuildEvent.BuildFinished));
    } catch (UnreadableMessageException e) {
      warn(record, e);
      return Optional.empty();
    }
  }

  static Optional<Relayed> log(ConsumerRecord<String, byte[]> record) {
    return chunk(record).map(chunk -> Relayed.of(record.offset(), "log", record.value(), false));
  }

  /** The record as a chunk; empty when it is none. */
  static Optional<LogChunk> chunk(ConsumerRecord<String, byte[]> record) {
    try {
      return Optional.of(Json.read(record.value(), LogChunk.class));
    } catch (UnreadableMessageException e) {
      warn(record, e);
      return Optional.empty();
    }
  }

  private static void warn(ConsumerRecord<String, byte[]> record, UnreadableMessageException e) {
    LOG.warnf(
        "passed over %s-%d@%d: %s",
        record.topic(), record.partition(), record.offset(), e.getMessage());
  }
}
