package dev.brickyard.engine.solve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.BuildOptions;
import dev.brickyard.engine.BuildRequest;
import dev.brickyard.engine.BuildResult;
import dev.brickyard.engine.PublishRequest;
import dev.brickyard.engine.cache.BlobStore;
import dev.brickyard.engine.cache.BuildCache;
import dev.brickyard.engine.cache.CacheScope;
import dev.brickyard.engine.cache.MemoryBlobStore;
import dev.brickyard.engine.cache.MemoryLayerImageStore;
import dev.brickyard.engine.cache.MemoryLayerIndexStore;
import dev.brickyard.engine.cache.MemoryStepRecordStore;
import dev.brickyard.engine.cachemount.MemoryCacheMountStore;
import dev.brickyard.engine.context.DirectoryContext;
import dev.brickyard.engine.explain.MemoryBuildAnatomyStore;
import dev.brickyard.engine.image.ImageReference;
import dev.brickyard.engine.image.Platform;
import dev.brickyard.engine.registry.RegistryClient;
import dev.brickyard.engine.registry.RegistryCredentials;
import dev.brickyard.engine.registry.RegistrySettings;
import dev.brickyard.engine.registry.TestRegistry;
import dev.brickyard.engine.runtime.Limits;
import dev.brickyard.engine.runtime.ProgramRuntime;
import dev.brickyard.engine.snapshot.DiskBudget;
import dev.brickyard.engine.snapshot.LayerStoreSettings;
import dev.brickyard.engine.source.EgressPolicy;
import dev.brickyard.engine.source.SourceSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A small farm for tests: shared stores, a registry, and as many workers as a test wants. */
public final class TestYard implements AutoCloseable {
  static final CacheScope SCOPE = new CacheScope("test");
  public static final BuildCache CACHE = BuildCache.of(SCOPE);

  final MemoryBlobStore blobs = new MemoryBlobStore();
  final MemoryStepRecordStore records = new MemoryStepRecordStore();
  final MemoryLayerIndexStore indexes = new MemoryLayerIndexStore();
  final MemoryCacheMountStore mounts = new MemoryCacheMountStore();
  final MemoryBuildAnatomyStore anatomies = new MemoryBuildAnatomyStore();
  final MemoryLayerImageStore images = new MemoryLayerImageStore();
  LayerStoreSettings layers =
      new LayerStoreSettings(images, DiskBudget.WHOLE_DISK, LayerStoreSettings.IMAGE_FROM_BYTES);

  /** Servers of tests are on this machine. */
  SourceSettings sources =
      SourceSettings.DEFAULT.withEgress(EgressPolicy.DEFAULT.withDenied(List.of()));

  public final TestRegistry registry = TestRegistry.start();
  final RegistryClient client = new RegistryClient(RegistrySettings.DEFAULT);
  final Path context;
  private final Path data;
  private final List<FarmBuildEngine> engines = new ArrayList<>();
  private final List<ProgramRuntime> runtimes = new ArrayList<>();
  private RecordingObserver observer = new RecordingObserver();

  /**
   * @param folder of the test's own
   */
  public TestYard(Path folder) throws IOException {
    this.context = Files.createDirectory(folder.resolve("context"));
    this.data = Files.createDirectory(folder.resolve("workers"));
  }

  /** A worker with an empty disk. */
  public FarmBuildEngine worker() throws IOException {
    return worker(Limits.NONE);
  }

  FarmBuildEngine worker(Limits limits) throws IOException {
    return worker(limits, blobs);
  }

  /** A worker that reaches the shared blobs through something of a test's own. */
  FarmBuildEngine worker(Limits limits, BlobStore blobs) throws IOException {
    Path disk = data.resolve("worker-" + engines.size());
    ProgramRuntime runtime = new ProgramRuntime(disk.resolve("runtime"));
    runtimes.add(runtime);
    FarmBuildEngine engine =
        new FarmBuildEngine(
            new EngineSettings(
                disk,
                blobs,
                records,
                indexes,
                mounts,
                anatomies,
                client,
                runtime,
                limits,
                4,
                "worker-" + engines.size(),
                sources,
                layers,
                Clock.systemUTC()));
    engines.add(engine);
    return engine;
  }

  /** Writes a file of the context. */
  void file(String path, String content) throws IOException {
    Path file = context.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }

  ImageReference target() {
    return image("test/app");
  }

  ImageReference image(String name) {
    return registry.reference(name);
  }

  BuildRequest request(String dockerfile) {
    return new BuildRequest(
        "Dockerfile",
        dockerfile,
        new DirectoryContext(context),
        Platform.current(),
        Map.of(),
        Map.of(),
        Optional.empty(),
        false,
        CACHE,
        List.of(target()),
        RegistryCredentials.NONE,
        Optional.empty(),
        BuildOptions.NONE);
  }

  BuildResult build(FarmBuildEngine engine, String dockerfile)
      throws BuildFailure, InterruptedException {
    return build(engine, request(dockerfile));
  }

  /** Builds, and checks that the observer was told a consistent story, also of a failure. */
  BuildResult build(FarmBuildEngine engine, BuildRequest request)
      throws BuildFailure, InterruptedException {
    observer = new RecordingObserver();
    try {
      return engine.build(request, observer);
    } finally {
      assertThat(observer.broken()).isEmpty();
    }
  }

  /** What the last build said. */
  RecordingObserver observer() {
    return observer;
  }

  /** Builds and tags a base image that other builds can start from. */
  ImageReference base(FarmBuildEngine engine, String name, String dockerfile) throws Exception {
    BuildRequest plain = request(dockerfile);
    ImageReference reference = image(name + ":latest");
    BuildResult result = build(engine, pushingTo(plain, reference));
    engine.publish(
        new PublishRequest(
            List.of(result.manifest()), List.of(reference), RegistryCredentials.NONE));
    return reference;
  }

  static BuildRequest withCache(BuildRequest r, BuildCache cache) {
    return new BuildRequest(
        r.dockerfileName(),
        r.dockerfile(),
        r.context(),
        r.platform(),
        r.buildArgs(),
        r.labels(),
        r.target(),
        r.noCache(),
        cache,
        r.pushTo(),
        r.credentials(),
        r.sourceDateEpoch(),
        r.options());
  }

  static BuildRequest pushingTo(BuildRequest r, ImageReference target) {
    return new BuildRequest(
        r.dockerfileName(),
        r.dockerfile(),
        r.context(),
        r.platform(),
        r.buildArgs(),
        r.labels(),
        r.target(),
        r.noCache(),
        r.cache(),
        List.of(target),
        r.credentials(),
        r.sourceDateEpoch(),
        r.options());
  }

  @Override
  public void close() throws IOException {
    engines.forEach(FarmBuildEngine::close);
    client.close();
    registry.close();
    for (ProgramRuntime runtime : runtimes) {
      // What is left of the last containers is removed behind them.
      runtime.close();
    }
  }
}
