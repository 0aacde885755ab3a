package dev.brickyard.engine.solve;

import dev.brickyard.engine.layer.Layer;
import dev.brickyard.engine.layer.NewLayer;
import java.util.concurrent.CompletableFuture;

/**
 * A layer made here, on its way into the farm's stores.
 *
 * @param packed completes with the layer as it is stored and pushed; its file may be read until
 *     whoever made it drops it
 * @param stored completes when the layer, its index and its records are durable
 */
record MadeLayer(
    NewLayer made, CompletableFuture<NewLayer> packed, CompletableFuture<Void> stored) {
  /** The layer as it is stored and pushed. */
  CompletableFuture<Layer> packedLayer() {
    return packed.thenApply(NewLayer::layer);
  }
}
