package dev.brickyard.engine.cache;

import dev.brickyard.engine.image.Digest;

class MemoryBlobStoreTest extends BlobStoreContract {
  @Override
  protected BlobStore store() {
    return new MemoryBlobStore();
  }

  @Override
  protected void damage(BlobStore store, Digest digest) {
    ((MemoryBlobStore) store).damage(digest);
  }
}
