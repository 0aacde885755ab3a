package dev.brickyard.engine.solve;

import dev.brickyard.engine.layer.Layer;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;

/**
 * What a step came to.
 *
 * @param stored completes when the shared store has the layer and its record; a build must not
 *     succeed before
 */
record StepResult(Layer layer, Instant createdAt, CompletableFuture<Void> stored) {
  /** A result that was in the shared store already. */
  static StepResult cached(Layer layer, Instant createdAt) {
    return new StepResult(layer, createdAt, CompletableFuture.completedFuture(null));
  }
}
