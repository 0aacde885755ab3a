package dev.brickyard.engine.cache;

import dev.brickyard.engine.image.Digest;

class MemoryLayerIndexStoreTest extends LayerIndexStoreContract {
  @Override
  protected LayerIndexStore store() {
    return new MemoryLayerIndexStore();
  }

  @Override
  protected void damage(LayerIndexStore store, Digest diffId) {
    ((MemoryLayerIndexStore) store).damage(diffId);
  }
}
