package dev.brickyard.worker.progress;

import java.util.UUID;

/** The attempt that facts are about. */
public record Attempt(UUID buildId, UUID jobId, int number) {}
