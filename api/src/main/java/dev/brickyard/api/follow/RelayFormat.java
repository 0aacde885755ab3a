package dev.brickyard.api.follow;

import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Encodes the records of a topic for followers. */
@FunctionalInterface
interface RelayFormat {
  /** The event; empty when the record cannot be read, and then nobody is told of it. */
  Optional<Relayed> encode(ConsumerRecord<String, byte[]> record);
}
