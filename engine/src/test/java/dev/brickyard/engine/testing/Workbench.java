package dev.brickyard.engine.testing;

import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.layer.Layer;
import dev.brickyard.engine.layer.NewLayer;
import dev.brickyard.engine.linux.Mounts;
import dev.brickyard.engine.linux.Trees;
import dev.brickyard.engine.runtime.ContainerSpec;
import dev.brickyard.engine.runtime.ExitStatus;
import dev.brickyard.engine.runtime.Limits;
import dev.brickyard.engine.runtime.NetworkMode;
import dev.brickyard.engine.runtime.ProgramRuntime;
import dev.brickyard.engine.runtime.RuntimeFailure;
import dev.brickyard.engine.snapshot.LayerStore;
import dev.brickyard.engine.snapshot.WritableRoot;
import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** A layer store and a runtime in a directory of their own, with blobs handed over directly. */
public final class Workbench implements AutoCloseable {
  private final Path directory;
  private final Map<Digest, Path> blobs = new ConcurrentHashMap<>();
  public final LayerStore store;
  public final ProgramRuntime runtime;

  public Workbench() throws IOException {
    this(Files.createTempDirectory("brickyard-bench-"));
  }

  /**
   * @param runtime makes one that keeps its state in the directory it is given
   */
  public Workbench(Function<Path, ProgramRuntime> runtime) throws IOException {
    this(Files.createTempDirectory("brickyard-bench-"), runtime);
  }

  /** On the directory of an earlier bench, as after a crash. */
  public Workbench(Path directory) throws IOException {
    this(directory, ProgramRuntime::new);
  }

  private Workbench(Path directory, Function<Path, ProgramRuntime> runtime) throws IOException {
    this.directory = directory;
    Files.createDirectories(directory.resolve("blobs"));
    this.store = new LayerStore(directory.resolve("data"), this::open);
    this.store.recover();
    this.runtime = runtime.apply(directory.resolve("run"));
  }

  private InputStream open(Layer layer) throws IOException {
    Path blob = blobs.get(layer.diffId());
    if (blob == null) {
      throw new FileNotFoundException("no blob of " + layer.diffId());
    }
    return Files.newInputStream(blob);
  }

  public Path directory() {
    return directory;
  }

  /** Where new blobs may be written. */
  public Path blobs() {
    return directory.resolve("blobs");
  }

  /** Makes the layer one that the store can fetch. */
  public Layer offer(NewLayer layer) {
    blobs.put(layer.layer().diffId(), layer.blobFile());
    return layer.layer();
  }

  /** What a command printed and how it ended. */
  public record Outcome(ExitStatus status, String stdout, String stderr) {}

  /** Runs a shell command as root in the mounted root, with the worker's network. */
  public Outcome shell(WritableRoot root, String command)
      throws RuntimeFailure, InterruptedException {
    return run(spec(root, Limits.NONE, "/bin/sh", "-c", command));
  }

  public static ContainerSpec spec(WritableRoot root, Limits limits, String... args) {
    return new ContainerSpec(
        root.root(),
        List.of(args),
        Map.of("PATH", "/usr/bin:/bin"),
        "/",
        0,
        0,
        List.of(0L),
        "bench",
        List.of(),
        NetworkMode.HOST,
        limits);
  }

  public Outcome run(ContainerSpec spec) throws RuntimeFailure, InterruptedException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    ExitStatus status =
        runtime.run(spec, (stderr, chunk) -> (stderr ? err : out).writeBytes(chunk));
    return new Outcome(
        status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  /** Removes everything, and fails when a mount or a control group was left behind. */
  @Override
  public void close() throws IOException {
    store.close();
    runtime.close();
    List<Path> mounts = Mounts.below(directory);
    for (Path mount : mounts) {
      Mounts.unmount(mount, Mounts.MNT_DETACH);
    }
    Trees.delete(directory);
    if (!mounts.isEmpty()) {
      throw new AssertionError("left mounted: " + mounts);
    }
  }
}
