package dev.brickyard.engine.cache;

/** The layer image store's promises, kept in memory. */
class MemoryLayerImageStoreTest extends LayerImageStoreContract {
  @Override
  protected LayerImageStore store() {
    return new MemoryLayerImageStore();
  }
}
