package dev.brickyard.engine.solve;

import dev.brickyard.engine.cachemount.CacheMounts;
import dev.brickyard.engine.snapshot.LayerStore;
import dev.brickyard.engine.source.GitRepositories;
import dev.brickyard.engine.source.HttpDownloads;
import java.nio.file.Path;
import java.util.concurrent.Semaphore;

/**
 * What all builds of one engine share.
 *
 * @param slots one for each step that may execute at once
 * @param executions keeps steps of one key from running twice at once
 * @param scratch for files that live no longer than a step
 * @param sources for what is being fetched from elsewhere
 */
record Workshop(
    EngineSettings settings,
    LayerStore layers,
    LayerBlobs blobs,
    LayerIndexes indexes,
    StepStorage storage,
    CacheMounts cacheMounts,
    Semaphore slots,
    SharedExecutions executions,
    Path scratch,
    Path sources,
    HttpDownloads downloads,
    GitRepositories repositories) {}
