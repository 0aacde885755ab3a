package dev.brickyard.engine.solve;

import dev.brickyard.engine.cache.BlobStore;
import dev.brickyard.engine.cache.LayerIndexStore;
import dev.brickyard.engine.cache.StepRecordStore;
import dev.brickyard.engine.cachemount.CacheMountStore;
import dev.brickyard.engine.explain.BuildAnatomyStore;
import dev.brickyard.engine.registry.RegistryClient;
import dev.brickyard.engine.runtime.Limits;
import dev.brickyard.engine.runtime.OciRuntime;
import dev.brickyard.engine.snapshot.LayerStoreSettings;
import dev.brickyard.engine.source.SourceSettings;
import java.nio.file.Path;
import java.time.Clock;

/**
 * What a {@link FarmBuildEngine} works with.
 *
 * @param data a directory of its own on a local disk that overlayfs can use; what is in it may be
 *     lost at any time between two runs
 * @param mounts where cache mounts are saved
 * @param registry not closed by the engine
 * @param limits for each RUN
 * @param parallelism how many steps execute at once, of all builds together
 * @param producer who is named in step records, such as {@code worker-1}
 * @param sources how files and repositories from elsewhere are fetched
 * @param layers how layers are kept on this disk, and the farm's images of them
 */
public record EngineSettings(
    Path data,
    BlobStore blobs,
    StepRecordStore records,
    LayerIndexStore indexes,
    CacheMountStore mounts,
    BuildAnatomyStore anatomies,
    RegistryClient registry,
    OciRuntime runtime,
    Limits limits,
    int parallelism,
    String producer,
    SourceSettings sources,
    LayerStoreSettings layers,
    Clock clock) {
  public EngineSettings {
    if (parallelism < 1) {
      throw new IllegalArgumentException("parallelism must be at least 1");
    }
  }

  /** The same, fetching sources as a farm without settings for it does. */
  public EngineSettings(
      Path data,
      BlobStore blobs,
      StepRecordStore records,
      LayerIndexStore indexes,
      CacheMountStore mounts,
      BuildAnatomyStore anatomies,
      RegistryClient registry,
      OciRuntime runtime,
      Limits limits,
      int parallelism,
      String producer,
      LayerStoreSettings layers,
      Clock clock) {
    this(
        data,
        blobs,
        records,
        indexes,
        mounts,
        anatomies,
        registry,
        runtime,
        limits,
        parallelism,
        producer,
        SourceSettings.DEFAULT,
        layers,
        clock);
  }
}
