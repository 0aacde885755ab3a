package dev.brickyard.engine.cache;

import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.layer.LayerIndex;
import java.io.IOException;
import java.util.Optional;

/** The shared store of layer indexes, by the layer's diff id. */
public interface LayerIndexStore {
  /** The index of the layer with this diff id; empty when missing or unreadable. */
  Optional<LayerIndex> find(Digest diffId) throws IOException;

  /** Stores the index of a layer. Durable on return. Indexes of a diff id are all alike. */
  void put(Digest diffId, LayerIndex index) throws IOException;
}
