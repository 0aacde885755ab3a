package dev.brickyard.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brickyard.engine.BuildObserver;
import dev.brickyard.engine.BuildOptions;
import dev.brickyard.engine.BuildRequest;
import dev.brickyard.engine.BuildResult;
import dev.brickyard.engine.StepId;
import dev.brickyard.engine.StepOutcome;
import dev.brickyard.engine.StepPlan;
import dev.brickyard.engine.cache.BuildCache;
import dev.brickyard.engine.cache.CacheScope;
import dev.brickyard.engine.context.DirectoryContext;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.image.Platform;
import dev.brickyard.engine.layer.Layer;
import dev.brickyard.engine.registry.RegistryClient;
import dev.brickyard.engine.registry.RegistryCredentials;
import dev.brickyard.engine.registry.RegistrySettings;
import dev.brickyard.engine.registry.TestRegistry;
import dev.brickyard.engine.runtime.Limits;
import dev.brickyard.engine.runtime.ProgramRuntime;
import dev.brickyard.engine.snapshot.DiskBudget;
import dev.brickyard.engine.snapshot.LayerStoreSettings;
import dev.brickyard.engine.solve.EngineSettings;
import dev.brickyard.engine.solve.FarmBuildEngine;
import dev.brickyard.engine.testing.TestRoot;
import dev.brickyard.storage.blob.S3BlobStore;
import dev.brickyard.storage.explanation.S3BuildAnatomyStore;
import dev.brickyard.storage.image.S3LayerImageStore;
import dev.brickyard.storage.index.S3LayerIndexStore;
import dev.brickyard.storage.mount.S3CacheMountStore;
import dev.brickyard.storage.object.S3ObjectStore;
import dev.brickyard.storage.step.S3StepRecordStore;
import dev.brickyard.storage.testing.S3Server;
import dev.brickyard.worker.cache.CountedFaults;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Objects of the store are damaged between two builds, the second of which is made by a worker with
 * an empty disk. Real engine, S3 server and registry.
 */
class DamagedObjectsIT {
  private static final String BUCKET = "farm";
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final String DOCKERFILE =
      """
      FROM scratch
      COPY --chmod=755 busybox /bin/busybox
      RUN ["/bin/busybox", "sh", "-c", "echo made > /made; echo making"]
      COPY changing /etc/
      RUN ["/bin/busybox", "cat", "/made", "/etc/changing"]
      """;

  @TempDir Path folder;
  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private final CountedFaults faults = new CountedFaults(metrics);
  private final List<FarmBuildEngine> engines = new ArrayList<>();
  private final List<ProgramRuntime> runtimes = new ArrayList<>();
  private S3Server s3;
  private S3ObjectStore objects;
  private TestRegistry registry;
  private RegistryClient client;
  private Path context;
  private Layer root;
  private Layer made;

  /** Builds once, until the farm has everything that it will have. */
  @BeforeEach
  void open() throws Exception {
    s3 = S3Server.start();
    objects = new S3ObjectStore(s3.settings(BUCKET));
    registry = TestRegistry.start();
    client = new RegistryClient(RegistrySettings.DEFAULT);
    context = Files.createDirectory(folder.resolve("context"));
    Files.write(context.resolve("busybox"), TestRoot.busybox(Platform.current()));
    FarmBuildEngine first = worker();
    List<Layer> layers = build(first, "one", new Output()).layers();
    root = layers.get(0);
    made = layers.get(1);
    assertThat(first.awaitLayerImages(SOON)).isTrue();
    assertThat(image(root)).exists();
    assertThat(allFaults()).isZero();
  }

  @AfterEach
  void close() throws Exception {
    engines.forEach(FarmBuildEngine::close);
    for (ProgramRuntime runtime : runtimes) {
      runtime.close();
    }
    client.close();
    registry.close();
    objects.close();
    s3.close();
    assertThat(Files.readString(Path.of("/proc/self/mounts"))).doesNotContain(folder.toString());
  }

  /** A worker with an empty disk. */
  private FarmBuildEngine worker() throws IOException {
    Path disk = folder.resolve("worker-" + engines.size());
    ProgramRuntime runtime = new ProgramRuntime(disk.resolve("runtime"));
    runtimes.add(runtime);
    FarmBuildEngine engine =
        new FarmBuildEngine(
            new EngineSettings(
                disk,
                S3BlobStore.verified(objects, faults),
                new S3StepRecordStore(objects, faults),
                new S3LayerIndexStore(objects, faults),
                new S3CacheMountStore(objects, faults, Clock.systemUTC()),
                new S3BuildAnatomyStore(objects, faults),
                client,
                runtime,
                Limits.NONE,
                2,
                "worker-" + engines.size(),
                new LayerStoreSettings(
                    new S3LayerImageStore(objects, faults),
                    DiskBudget.WHOLE_DISK,
                    LayerStoreSettings.IMAGE_FROM_BYTES),
                Clock.systemUTC()));
    engines.add(engine);
    return engine;
  }

  private BuildResult build(FarmBuildEngine engine, String changing, Output output)
      throws Exception {
    Files.writeString(context.resolve("changing"), changing + "\n");
    return engine.build(
        new BuildRequest(
            "Dockerfile",
            DOCKERFILE,
            new DirectoryContext(context),
            Platform.current(),
            Map.of(),
            Map.of(),
            Optional.empty(),
            false,
            BuildCache.of(new CacheScope("project")),
            List.of(registry.reference("test/damaged")),
            RegistryCredentials.NONE,
            Optional.empty(),
            BuildOptions.NONE),
        output);
  }

  /** On an empty disk, after a change before the last step, which reads all that is in question. */
  private String buildsRightly() throws Exception {
    Output output = new Output();
    FarmBuildEngine empty = worker();
    String changed = "changed " + engines.size();
    build(empty, changed, output);
    assertThat(output.toString()).endsWith("made\n" + changed + "\n");
    assertThat(empty.awaitLayerImages(SOON)).isTrue();
    return output.toString();
  }

  private Path object(String prefix, Digest digest) {
    return s3.file(BUCKET, prefix + digest.hex());
  }

  private Path blob(Layer layer) {
    return object("blobs/sha256/", layer.blob().digest());
  }

  private Path image(Layer layer) {
    return object("roots/", layer.diffId());
  }

  private double counted(String object, String reason) {
    return metrics
        .get("brickyard.cache.faults")
        .tag("object", object)
        .tag("reason", reason)
        .counter()
        .count();
  }

  private double allFaults() {
    return metrics.get("brickyard.cache.faults").counters().stream()
        .mapToDouble(counter -> counter.count())
        .sum();
  }

  private static void truncate(Path file) throws IOException {
    byte[] whole = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(whole, whole.length / 2));
  }

  /** Content that is none of the farm's, as large as what was there. */
  private static void swap(Path file) throws IOException {
    byte[] other = new byte[Math.toIntExact(Files.size(file))];
    new Random(1).nextBytes(other);
    Files.write(file, other);
  }

  /** Either it is gone, or the name holds what it says. */
  private static void assertGoneOrWhole(Path blob) throws IOException {
    if (Files.exists(blob)) {
      assertThat(Digest.of(Files.readAllBytes(blob)).hex())
          .isEqualTo(blob.getFileName().toString());
    }
  }

  @Test
  void aTruncatedBlobIsMadeAgain() throws Exception {
    truncate(blob(made));
    assertThat(buildsRightly()).as("its step ran again").startsWith("making\n");
    assertGoneOrWhole(blob(made));
    assertThat(counted("blob", "corrupt")).isEqualTo(1);
  }

  @Test
  void aBlobSwappedForAnotherOfItsSizeIsMadeAgain() throws Exception {
    swap(blob(made));
    assertThat(buildsRightly()).as("its step ran again").startsWith("making\n");
    assertGoneOrWhole(blob(made));
    assertThat(counted("blob", "corrupt")).isEqualTo(1);
  }

  @Test
  void aTruncatedImageIsReplaced() throws Exception {
    byte[] whole = Files.readAllBytes(image(root));
    truncate(image(root));
    assertThat(buildsRightly()).as("nothing ran again").doesNotContain("making");
    assertThat(Files.readAllBytes(image(root))).isEqualTo(whole);
    assertThat(counted("image", "corrupt")).isEqualTo(1);
    assertThat(allFaults()).isEqualTo(1);
  }

  @Test
  void aTruncatedImageAndASwappedBlobOfOneLayerAreBothReplaced() throws Exception {
    truncate(image(root));
    swap(blob(root));
    buildsRightly();
    assertGoneOrWhole(blob(root));
    assertThat(counted("image", "corrupt")).isEqualTo(1);
    assertThat(counted("blob", "corrupt")).isEqualTo(1);

    // Who reads ahead may have removed the blob before the other reader looks what is wrong.
    double before = allFaults();
    buildsRightly();
    assertThat(allFaults()).as("what was found once is not found again").isEqualTo(before);
  }

  /** An index may be missing without fault, such as a base image's that is new to the farm. */
  @Test
  void aRemovedIndexIsMadeAgain() throws Exception {
    Map<Path, byte[]> removed = new HashMap<>();
    try (Stream<Path> indexes = Files.list(s3.file(BUCKET, "layers"))) {
      for (Path index : indexes.toList()) {
        removed.put(index, Files.readAllBytes(index));
        Files.delete(index);
      }
    }
    assertThat(removed).containsKey(object("layers/", root.diffId()));
    assertThat(buildsRightly()).as("nothing ran again").doesNotContain("making");
    for (Layer layer : List.of(root, made)) {
      Path index = object("layers/", layer.diffId());
      TestFarm.await("the index is stored", () -> Files.exists(index));
      assertThat(Files.readAllBytes(index)).isEqualTo(removed.get(index));
    }
    assertThat(allFaults()).isZero();
  }

  @Test
  void recordsOverwrittenWithJunkAreReplaced() throws Exception {
    List<Path> records;
    try (Stream<Path> files = Files.walk(s3.file(BUCKET, "steps"))) {
      records = files.filter(Files::isRegularFile).toList();
    }
    for (Path stepRecord : records) {
      swap(stepRecord);
    }
    assertThat(buildsRightly()).startsWith("making\n");
    assertThat(counted("record", "corrupt")).isGreaterThanOrEqualTo(2);

    double before = allFaults();
    assertThat(buildsRightly()).as("nothing ran again").doesNotContain("making");
    assertThat(allFaults()).isEqualTo(before);
  }

  /** What the processes of a build printed. */
  private static final class Output implements BuildObserver {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    @Override
    public void planned(List<StepPlan> steps) {}

    @Override
    public void started(StepId step) {}

    @Override
    public void log(StepId step, boolean stderr, byte[] chunk) {
      bytes.writeBytes(chunk);
    }

    @Override
    public void progress(StepId step, String counter, long current, long total) {}

    @Override
    public void finished(StepId step, StepOutcome outcome) {}

    @Override
    public void warning(StepId step, String sentence) {}

    @Override
    public String toString() {
      return bytes.toString(StandardCharsets.UTF_8);
    }
  }
}
