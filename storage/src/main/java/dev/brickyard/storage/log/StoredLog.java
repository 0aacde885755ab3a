package dev.brickyard.storage.log;

import java.util.UUID;

/**
 * The log of one finished attempt.
 *
 * @param size of the stored object, in bytes
 */
public record StoredLog(UUID buildId, UUID jobId, int attempt, long size) {}
