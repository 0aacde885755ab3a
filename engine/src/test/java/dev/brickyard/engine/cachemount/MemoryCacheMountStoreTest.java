package dev.brickyard.engine.cachemount;

import dev.brickyard.engine.cache.CacheScope;
import dev.brickyard.engine.image.Digest;

/** The store that other tests rely on keeps the promises too. */
class MemoryCacheMountStoreTest extends CacheMountStoreContract {
  @Override
  protected CacheMountStore store() {
    return new MemoryCacheMountStore();
  }

  @Override
  protected void damageChunk(CacheMountStore store, CacheScope scope, Digest chunk) {
    ((MemoryCacheMountStore) store).damageChunk(scope, chunk);
  }

  @Override
  protected void damageGeneration(CacheMountStore store, MountKey mount, long number) {
    ((MemoryCacheMountStore) store).damageGeneration(mount, number);
  }
}
