package dev.brickyard.engine.snapshot;

import dev.brickyard.engine.layer.Layer;
import dev.brickyard.engine.layer.LayerIndex;

/** Gets the index of every layer that had to be read as a tar. */
@FunctionalInterface
public interface IndexSink {
  /** Nobody wants to know. */
  IndexSink NONE = (layer, index) -> {};

  /** Must return soon. */
  void learned(Layer layer, LayerIndex index);
}
