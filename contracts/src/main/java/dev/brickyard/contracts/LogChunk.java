package dev.brickyard.contracts;

import java.time.Instant;
import java.util.UUID;

/**
 * A piece of a step's output, as the process wrote it: it may end anywhere, also within a
 * character.
 *
 * @param sequence counts the chunks of an attempt from 0 without gaps
 * @param bytes base64 in JSON; 64 KiB at most
 */
public record LogChunk(
    int schemaVersion,
    UUID buildId,
    UUID jobId,
    int attempt,
    String stepId,
    Stream stream,
    long sequence,
    Instant at,
    byte[] bytes) {
  /** Where the process wrote it. */
  public enum Stream {
    STDOUT,
    STDERR
  }
}
