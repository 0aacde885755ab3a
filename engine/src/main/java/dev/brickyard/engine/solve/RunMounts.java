package dev.brickyard.engine.solve;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.StepId;
import dev.brickyard.engine.cache.BuildCache;
import dev.brickyard.engine.cache.KeyBuilder;
import dev.brickyard.engine.cachemount.CacheMountLease;
import dev.brickyard.engine.cachemount.CacheMountSeed;
import dev.brickyard.engine.cachemount.CacheMounts;
import dev.brickyard.engine.copy.Selection;
import dev.brickyard.engine.dockerfile.CommandLine;
import dev.brickyard.engine.dockerfile.RunMount;
import dev.brickyard.engine.graph.Operation;
import dev.brickyard.engine.graph.Root;
import dev.brickyard.engine.layer.ImagePath;
import dev.brickyard.engine.layer.Layer;
import dev.brickyard.engine.layer.NewLayer;
import dev.brickyard.engine.layer.RootIndex;
import dev.brickyard.engine.linux.Trees;
import dev.brickyard.engine.runtime.ContainerMount;
import dev.brickyard.engine.runtime.ExitStatus;
import dev.brickyard.engine.snapshot.WritableRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** What is made ready for the mounts of one container, and taken away after it. */
final class RunMounts implements AutoCloseable {
  private static final int TMPFS_MODE = 01777;

  private final Workshop workshop;
  private final FileSteps files;
  private final Operation.Run run;
  private final StepContext build;
  private final RunSecrets secrets;
  private final List<ContainerMount> mounts = new ArrayList<>();
  private final Deque<AutoCloseable> undo = new ArrayDeque<>();
  private final Map<Operation.Mount, CacheMountLease> caches = new HashMap<>();

  RunMounts(
      Workshop workshop,
      FileSteps files,
      Operation.Run run,
      StepContext build,
      RunSecrets secrets) {
    this.workshop = workshop;
    this.files = files;
    this.run = run;
    this.build = build;
    this.secrets = secrets;
  }

  /** Makes all of them ready; locked cache mounts are waited for. */
  void prepare(StepId step, BuildCache cache) throws Exception {
    takeCaches(step, cache);
    for (Operation.Mount mount : run.mounts()) {
      add(mount);
    }
    if (run.script().isPresent()) {
      addScript(run.script().get());
    }
  }

  /** For the container, each after those it lies in. */
  List<ContainerMount> all() {
    List<ContainerMount> ordered = new ArrayList<>(mounts);
    ordered.sort(
        Comparator.comparingInt(mount -> ImagePath.normalize(mount.target()).names().size()));
    return ordered;
  }

  /** A process that was killed may have left anything in a cache. */
  void ended(ExitStatus status) {
    if (!status.oomKilled() && status.code() < RunStep.KILLED) {
      caches.values().forEach(CacheMountLease::worthSaving);
    }
  }

  /** Each once, and in an order of the farm, so that no two steps wait for each other. */
  private void takeCaches(StepId step, BuildCache cache) throws Exception {
    TreeMap<RunMount.Cache, List<Operation.Mount>> ordered = new TreeMap<>(CacheMounts.order());
    for (Operation.Mount mount : run.mounts()) {
      if (mount.mount() instanceof RunMount.Cache asked) {
        ordered.computeIfAbsent(identified(mount, asked), m -> new ArrayList<>()).add(mount);
      }
    }
    for (Map.Entry<RunMount.Cache, List<Operation.Mount>> taken : ordered.entrySet()) {
      CacheMountLease lease =
          workshop
              .cacheMounts()
              .take(cache, taken.getKey(), step, seed(taken.getValue().getFirst()));
      undo.push(lease);
      taken.getValue().forEach(mount -> caches.put(mount, lease));
    }
  }

  /**
   * As in BuildKit, mounts of one id that begin with something else, or are to belong to somebody
   * else, are different ones.
   */
  private RunMount.Cache identified(Operation.Mount mount, RunMount.Cache cache) throws Exception {
    StringBuilder id = new StringBuilder(cache.id());
    if (mount.from().isPresent()) {
      List<Layer> layers = build.layersOf(mount.from().get());
      id.append(":from:")
          .append(
              new KeyBuilder("cache-mount-seed")
                  .addDigests(layers.stream().map(Layer::diffId).toList())
                  .build()
                  .hex())
          .append(ImagePath.normalize(cache.source()).absolute());
    }
    if (hasOwner(cache)) {
      id.append(":owner:").append(cache.uid().orElse(0)).append(':').append(cache.gid().orElse(0));
      id.append(':').append(Integer.toOctalString(cache.mode().orElse(0755)));
    }
    return new RunMount.Cache(
        cache.target(),
        id.toString(),
        cache.sharing(),
        cache.readOnly(),
        cache.from(),
        cache.source(),
        cache.mode(),
        cache.uid(),
        cache.gid());
  }

  private static boolean hasOwner(RunMount.Cache cache) {
    return cache.uid().isPresent() || cache.gid().isPresent() || cache.mode().isPresent();
  }

  private CacheMountSeed seed(Operation.Mount mount) throws Exception {
    if (mount.from().isEmpty() || !(mount.mount() instanceof RunMount.Cache cache)) {
      return CacheMountSeed.NOTHING;
    }
    ImagePath source = ImagePath.normalize(cache.source());
    if (source.isRoot() && hasOwner(cache)) {
      // BuildKit then mounts a new directory beside what the source has.
      return CacheMountSeed.NOTHING;
    }
    List<Layer> layers = build.layersOf(mount.from().get());
    return directory -> {
      RootIndex index = RootIndex.of(workshop.indexes().of(layers));
      ImagePath real = index.resolve(source);
      if (!real.isRoot() && index.find(real).filter(e -> e.isDirectory()).isEmpty()) {
        throw BuildFailure.user(
            "mount-source-missing",
            "failed to mount the cache "
                + cache.target()
                + ": \""
                + source.absolute()
                + "\": not found");
      }
      try (WritableRoot root = workshop.layers().mountFiles(layers)) {
        Trees.copy(root.root().resolve(real.value()), directory);
      }
    };
  }

  private void add(Operation.Mount mount) throws Exception {
    switch (mount.mount()) {
      case RunMount.Bind bind -> addBind(mount, bind);
      case RunMount.Cache cache ->
          mounts.add(
              new ContainerMount.Bind(
                  Objects.requireNonNull(caches.get(mount)).directory(),
                  target(cache.target()),
                  cache.readOnly()));
      case RunMount.Tmpfs tmpfs ->
          mounts.add(
              new ContainerMount.Tmpfs(target(tmpfs.target()), tmpfs.sizeBytes(), TMPFS_MODE));
      case RunMount.Secret secret -> secrets.add(secret, workingDir()).ifPresent(mounts::add);
      case RunMount.Ssh ssh -> secrets.add(ssh, workingDir()).ifPresent(mounts::add);
    }
  }

  private void addBind(Operation.Mount mount, RunMount.Bind bind) throws Exception {
    List<Layer> layers;
    String source;
    if (mount.from().isPresent()) {
      Root from = mount.from().get();
      layers = build.layersOf(from);
      source = bind.source();
    } else {
      layers = contextLayer(bind);
      source = contextSource(bind);
    }
    WritableRoot root = workshop.layers().mountFiles(layers);
    undo.push(root);
    RootIndex index = RootIndex.of(workshop.indexes().of(layers));
    Path path = root.root().resolve(index.resolve(ImagePath.normalize(source)).value());
    mounts.add(new ContainerMount.Bind(path, target(bind.target()), bind.readOnly()));
  }

  private List<Layer> contextLayer(RunMount.Bind bind) throws Exception {
    Selection selection = build.context().select(StepKeys.wholeTree(bind.source()));
    NewLayer layer = files.layerOf(selection);
    workshop.blobs().made(layer);
    undo.push(() -> workshop.blobs().drop(layer));
    workshop.indexes().remember(layer.layer().diffId(), layer.index());
    return List.of(layer.layer());
  }

  /** In the layer made of it, a directory's content stands at the root, a file by its name. */
  private String contextSource(RunMount.Bind bind) throws IOException {
    RootIndex root = build.context().root();
    ImagePath path = ImagePath.normalize(bind.source());
    boolean file = root.find(root.resolve(path)).filter(entry -> !entry.isDirectory()).isPresent();
    return file ? path.name() : "/";
  }

  private void addScript(CommandLine.Script script) throws IOException {
    Path file = Files.createTempFile(workshop.scratch(), "script", "");
    undo.push(() -> Files.deleteIfExists(file));
    Files.writeString(file, script.content());
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    mounts.add(new ContainerMount.Bind(file, "/dev/pipes/" + script.name(), true));
  }

  private String target(String target) {
    return workingDir().resolve(target).absolute();
  }

  private ImagePath workingDir() {
    return ImagePath.normalize(run.workingDir());
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
