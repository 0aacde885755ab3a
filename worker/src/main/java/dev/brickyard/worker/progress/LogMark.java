package dev.brickyard.worker.progress;

import java.util.concurrent.CompletableFuture;

/**
 * A place in an attempt's log.
 *
 * @param next the sequence of the first chunk after it, once that is known
 * @param durable completes when everything before it is durable or was given up; never fails
 */
public record LogMark(CompletableFuture<Long> next, CompletableFuture<Void> durable) {}
