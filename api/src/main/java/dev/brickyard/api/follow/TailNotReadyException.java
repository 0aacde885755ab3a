package dev.brickyard.api.follow;

/** A topic cannot be followed yet: Kafka is away, or the scheduler has not made the topic. */
final class TailNotReadyException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  TailNotReadyException(String topic) {
    super("the topic " + topic + " cannot be followed yet");
  }
}
