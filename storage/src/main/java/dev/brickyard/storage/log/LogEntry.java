package dev.brickyard.storage.log;

import java.time.Instant;

/**
 * A piece of a step's output, as the process wrote it; it may end anywhere, also within a
 * character.
 *
 * @param step id of the step
 * @param stderr false for standard output
 * @param bytes not copied: must not be changed
 */
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody, and copying output twice costs.
public record LogEntry(String step, boolean stderr, Instant at, byte[] bytes) {}
