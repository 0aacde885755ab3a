package dev.brickyard.engine.solve;

import dev.brickyard.engine.cache.CacheScope;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.snapshot.LayerStore;
import java.nio.file.Path;
import java.util.concurrent.Semaphore;

/**
 * What all builds of one engine share.
 *
 * @param slots one for each step that may execute at once
 * @param underway keeps steps of one key from running twice at once
 * @param scratch for files that live no longer than a step
 */
record Workshop(
    EngineSettings settings,
    LayerStore layers,
    LayerBlobs blobs,
    LayerIndexes indexes,
    StepStorage storage,
    CacheMounts cacheMounts,
    Semaphore slots,
    InFlight<ScopedKey, StepResult> underway,
    Path scratch) {
  /** A content key within a scope. */
  record ScopedKey(CacheScope scope, Digest key) {}
}
