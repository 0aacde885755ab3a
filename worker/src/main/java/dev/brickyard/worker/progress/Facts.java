package dev.brickyard.worker.progress;

import dev.brickyard.contracts.BuildEvent;
import dev.brickyard.contracts.LogChunk;
import java.util.concurrent.CompletableFuture;

/**
 * Publishes what happens. Facts of one build arrive in the order in which they were given. A future
 * completes when the fact is durable, or fails when it was given up.
 */
public interface Facts {
  CompletableFuture<Void> publish(BuildEvent event);

  CompletableFuture<Void> publish(LogChunk chunk);
}
