package dev.brickyard.engine.solve;

import dev.brickyard.engine.layer.Layer;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;

/**
 * What a step came to.
 *
 * @param layer to build upon; while it is being packed, its blob is the plain tar
 * @param packed completes with the layer as it is stored and pushed
 * @param unprecedented true when files in the layer bear the time of this very execution, so that
 *     nobody can have built upon the layer before
 * @param stored completes when the shared store has the layer and its record; a build must not
 *     succeed before
 */
record StepResult(
    Layer layer,
    Instant createdAt,
    boolean unprecedented,
    CompletableFuture<Layer> packed,
    CompletableFuture<Void> stored) {
  /** A result that was in the shared store already. */
  static StepResult cached(Layer layer, Instant createdAt) {
    return cached(layer, createdAt, CompletableFuture.completedFuture(null));
  }

  /** A result whose layer was in the shared store already, though not all that names it. */
  static StepResult cached(Layer layer, Instant createdAt, CompletableFuture<Void> stored) {
    return new StepResult(
        layer, createdAt, false, CompletableFuture.completedFuture(layer), stored);
  }
}
