package dev.brickyard.engine.solve;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.StepId;
import dev.brickyard.engine.cache.BuildCache;
import dev.brickyard.engine.cachemount.CacheMountLease;
import dev.brickyard.engine.cachemount.CacheMounts;
import dev.brickyard.engine.copy.Selection;
import dev.brickyard.engine.dockerfile.CommandLine;
import dev.brickyard.engine.dockerfile.RunMount;
import dev.brickyard.engine.graph.Operation;
import dev.brickyard.engine.layer.Compression;
import dev.brickyard.engine.layer.ImagePath;
import dev.brickyard.engine.layer.Layer;
import dev.brickyard.engine.layer.NewLayer;
import dev.brickyard.engine.layer.OwnerNames;
import dev.brickyard.engine.layer.OwnerNames.ProcessUser;
import dev.brickyard.engine.layer.RootIndex;
import dev.brickyard.engine.layer.UnknownOwnerException;
import dev.brickyard.engine.runtime.ContainerMount;
import dev.brickyard.engine.runtime.ContainerSpec;
import dev.brickyard.engine.runtime.ExitStatus;
import dev.brickyard.engine.runtime.NetworkMode;
import dev.brickyard.engine.runtime.OutputSink;
import dev.brickyard.engine.runtime.RuntimeFailure;
import dev.brickyard.engine.snapshot.WritableRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.SortedSet;
import java.util.TreeSet;

/** Executes RUN: one overlay mount, one container, and what it wrote becomes the layer. */
final class RunStep {
  private static final String HOSTNAME = "brickyard";
  private static final int TMPFS_MODE = 01777;

  /** A shell's exit code for death by a signal starts here. */
  private static final int KILLED = 128;

  private final Workshop workshop;
  private final FileSteps files;

  RunStep(Workshop workshop, FileSteps files) {
    this.workshop = workshop;
    this.files = files;
  }

  NewLayer run(
      Operation.Run run,
      List<Layer> below,
      StepId step,
      BuildCache cache,
      StepContext build,
      OutputSink out)
      throws Exception {
    LogTail tail = new LogTail();
    try (WritableRoot root = workshop.layers().mount(below);
        Mounts mounts = new Mounts()) {
      mounts.takeCaches(run, step, cache);
      for (Operation.Mount mount : run.mounts()) {
        mounts.add(mount, run, build);
      }
      if (run.script().isPresent()) {
        mounts.addScript(run.script().get());
      }
      ExitStatus status;
      try {
        status =
            workshop
                .settings()
                .runtime()
                .run(
                    spec(run, below, root, mounts.mounts),
                    (stderr, chunk) -> {
                      tail.add(chunk);
                      out.write(stderr, chunk);
                    });
      } catch (RuntimeFailure e) {
        throw switch (e.reason()) {
          case COMMAND_NOT_FOUND -> BuildFailure.user("run-failed", String.valueOf(e.getMessage()));
          case MACHINE -> BuildFailure.farm("runtime-failed", String.valueOf(e.getMessage()), e);
        };
      }
      mounts.ended(status);
      if (!status.success()) {
        throw failure(run, status).withProcess(status.code(), tail.lines());
      }
      return workshop.layers().commit(root, Compression.GZIP, build.epoch());
    }
  }

  private BuildFailure failure(Operation.Run run, ExitStatus status) throws IOException {
    if (workshop.layers().isFull()) {
      return BuildFailure.limit(
          "disk-full", "process \"" + run.command() + "\" failed while the worker's disk was full");
    }
    OptionalLong memory = workshop.settings().limits().memoryBytes();
    if (status.oomKilled()) {
      String limit = memory.isPresent() ? " at " + humanBytes(memory.getAsLong()) : "";
      return BuildFailure.limit(
          "out-of-memory", "process \"" + run.command() + "\" was killed: out of memory" + limit);
    }
    return BuildFailure.user(
        "run-failed",
        "process \""
            + run.command()
            + "\" did not complete successfully: exit code: "
            + status.code());
  }

  private static String humanBytes(long bytes) {
    long mebi = bytes >> 20;
    return mebi % 1024 == 0 ? (mebi >> 10) + " GiB" : mebi + " MiB";
  }

  private ContainerSpec spec(
      Operation.Run run, List<Layer> below, WritableRoot root, List<ContainerMount> mounts)
      throws BuildFailure, IOException, InterruptedException {
    ProcessUser user = user(run.user(), below);
    Map<String, String> env = new LinkedHashMap<>(run.env());
    env.putAll(run.hidden());
    env.putIfAbsent("HOME", user.home());
    return new ContainerSpec(
        root.root(),
        run.args(),
        env,
        run.workingDir(),
        user.uid(),
        user.gid(),
        user.groups(),
        HOSTNAME,
        mounts,
        run.network() ? NetworkMode.HOST : NetworkMode.NONE,
        workshop.settings().limits());
  }

  private ProcessUser user(String name, List<Layer> below)
      throws BuildFailure, IOException, InterruptedException {
    if (name.isEmpty() || name.equals("root") || name.equals("0")) {
      // Spares reading the indexes of layers that no other step needs.
      return new ProcessUser(0, 0, List.of(0L), "/root");
    }
    try {
      return OwnerNames.of(RootIndex.of(workshop.indexes().of(below))).processUser(name);
    } catch (UnknownOwnerException e) {
      throw BuildFailure.user("unknown-owner", String.valueOf(e.getMessage()));
    }
  }

  /** What was made ready for the mounts of one container. */
  private final class Mounts implements AutoCloseable {
    private final List<ContainerMount> mounts = new ArrayList<>();
    private final Deque<AutoCloseable> undo = new ArrayDeque<>();
    private final Map<String, CacheMountLease> caches = new HashMap<>();

    /** Each once, and in an order of the farm, so that no two steps wait for each other. */
    void takeCaches(Operation.Run run, StepId step, BuildCache cache)
        throws IOException, InterruptedException {
      SortedSet<RunMount.Cache> ordered = new TreeSet<>(CacheMounts.order());
      for (Operation.Mount mount : run.mounts()) {
        if (mount.mount() instanceof RunMount.Cache taken) {
          ordered.add(taken);
        }
      }
      for (RunMount.Cache mount : ordered) {
        CacheMountLease lease = workshop.cacheMounts().take(cache, mount, step);
        undo.push(lease);
        caches.put(mount.id(), lease);
      }
    }

    /** A process that was killed may have left anything. */
    void ended(ExitStatus status) {
      if (!status.oomKilled() && status.code() < KILLED) {
        caches.values().forEach(CacheMountLease::worthSaving);
      }
    }

    void add(Operation.Mount mount, Operation.Run run, StepContext build) throws Exception {
      switch (mount.mount()) {
        case RunMount.Bind bind -> {
          List<Layer> layers =
              mount.from().isPresent()
                  ? build.layersOf(mount.from().get())
                  : contextLayer(bind, build);
          WritableRoot root = workshop.layers().mount(layers);
          undo.push(root);
          String source = mount.from().isPresent() ? bind.source() : contextSource(bind, build);
          RootIndex index = RootIndex.of(workshop.indexes().of(layers));
          Path path = root.root().resolve(index.resolve(ImagePath.normalize(source)).value());
          mounts.add(new ContainerMount.Bind(path, target(bind.target(), run), bind.readOnly()));
        }
        case RunMount.Cache cache ->
            mounts.add(
                new ContainerMount.Bind(
                    Objects.requireNonNull(caches.get(cache.id())).directory(),
                    target(cache.target(), run),
                    cache.readOnly()));
        case RunMount.Tmpfs tmpfs ->
            mounts.add(
                new ContainerMount.Tmpfs(
                    target(tmpfs.target(), run), tmpfs.sizeBytes(), TMPFS_MODE));
        case RunMount.Secret secret -> throw new IllegalStateException("refused by the graph");
        case RunMount.Ssh ssh -> throw new IllegalStateException("refused by the graph");
      }
    }

    private List<Layer> contextLayer(RunMount.Bind bind, StepContext build) throws Exception {
      Selection selection = build.context().select(StepKeys.wholeTree(bind.source()));
      NewLayer layer = files.layerOf(selection);
      workshop.blobs().made(layer);
      undo.push(() -> workshop.blobs().drop(layer));
      workshop.indexes().remember(layer.layer().diffId(), layer.index());
      return List.of(layer.layer());
    }

    /** In the layer made of it, a directory's content stands at the root, a file by its name. */
    private String contextSource(RunMount.Bind bind, StepContext build) throws IOException {
      RootIndex root = build.context().root();
      ImagePath path = ImagePath.normalize(bind.source());
      boolean file =
          root.find(root.resolve(path)).filter(entry -> !entry.isDirectory()).isPresent();
      return file ? path.name() : "/";
    }

    void addScript(CommandLine.Script script) throws IOException {
      Path file = Files.createTempFile(workshop.scratch(), "script", "");
      undo.push(() -> Files.deleteIfExists(file));
      Files.writeString(file, script.content());
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
      mounts.add(new ContainerMount.Bind(file, "/dev/pipes/" + script.name(), true));
    }

    private String target(String target, Operation.Run run) {
      return ImagePath.normalize(run.workingDir()).resolve(target).absolute();
    }

    @Override
    public void close() throws IOException {
      IOException failed = null;
      while (!undo.isEmpty()) {
        try {
          undo.pop().close();
        } catch (Exception e) {
          if (failed == null) {
            failed = new IOException("a mount of RUN could not be taken away", e);
          }
        }
      }
      if (failed != null) {
        throw failed;
      }
    }
  }
}
