package dev.brickyard.engine.cache;

import dev.brickyard.engine.image.Digest;

class MemoryStepRecordStoreTest extends StepRecordStoreContract {
  @Override
  protected StepRecordStore store() {
    return new MemoryStepRecordStore();
  }

  @Override
  protected void damage(StepRecordStore store, CacheScope scope, Digest key) {
    ((MemoryStepRecordStore) store).damage(scope, key);
  }
}
