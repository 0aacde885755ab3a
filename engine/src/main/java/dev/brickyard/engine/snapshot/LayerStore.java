package dev.brickyard.engine.snapshot;

import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.layer.Compression;
import dev.brickyard.engine.layer.ImagePath;
import dev.brickyard.engine.layer.Layer;
import dev.brickyard.engine.layer.LayerWriter;
import dev.brickyard.engine.layer.NewLayer;
import dev.brickyard.engine.linux.Mounts;
import dev.brickyard.engine.linux.Trees;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.LongConsumer;

/**
 * The layers on this worker's disk, and the roots mounted from them: large ones as images that the
 * kernel mounts, small ones and those made here unpacked. A cache: it may be removed whole while no
 * worker runs. Safe for use by many threads; one process at a time.
 */
public final class LayerStore implements AutoCloseable {
  /**
   * What containers get mounts on; at the bottom it leaves no trace. Mount points that BuildKit
   * leaves in a layer, {@code /proc} and its like, are not among it.
   */
  private static final List<String> STUB_DIRECTORIES = List.of("etc");

  private static final List<String> FORMER_STUBS = List.of("dev", "proc", "sys");

  private static final List<String> STUB_FILES = List.of("etc/hosts", "etc/resolv.conf");

  private static final List<String> DIRECTORIES =
      List.of("layers", "images", "used", "tmp", "mounts", "mounted", "blobs", "stubs", "nothing");

  /** What a killed process left there is worth nothing. */
  private static final List<String> TEMPORARY = List.of("tmp", "mounts", "mounted", "blobs");

  /** A layer that was evicted before it could be used is fetched again, but not for ever. */
  private static final int ATTEMPTS = 8;

  private final Path data;
  private final LocalLayers local;
  private final LayerFetches fetches;
  private final LayerImageMaker imageMaker;
  private final DiskWatch watch;
  private final ExecutorService removals =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("remove-", 0).factory());

  /** Opens a store that keeps to itself, in a directory of its own, made when missing. */
  public LayerStore(Path data, LayerSource source) throws IOException {
    this(data, source, LayerStoreSettings.ALONE, IndexSink.NONE, Clock.systemUTC());
  }

  /**
   * Opens the store in a directory of its own, made when missing.
   *
   * @param clock tells which layers were used last
   */
  public LayerStore(
      Path data, LayerSource source, LayerStoreSettings settings, IndexSink indexes, Clock clock)
      throws IOException {
    this.data = data.toAbsolutePath();
    makeDirectories();
    this.local = new LocalLayers(this.data, settings.budget(), clock);
    this.fetches = new LayerFetches(this.data.resolve("tmp"), source, settings, local, indexes);
    this.watch = new DiskWatch(local);
    this.imageMaker =
        new LayerImageMaker(
            this.data.resolve("tmp"),
            source,
            settings,
            local,
            () -> fetches.isIdle() && watch.isIdle());
    this.fetches.onTar(imageMaker::offer);
  }

  private void makeDirectories() throws IOException {
    Files.createDirectories(data);
    // Layers hold set-uid programs and devices: only containers may reach them.
    Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwx------"));
    for (String name : DIRECTORIES) {
      Files.createDirectories(data.resolve(name));
    }
    Path stubs = data.resolve("stubs");
    for (String name : FORMER_STUBS) {
      Files.deleteIfExists(stubs.resolve(name));
    }
    for (String name : STUB_DIRECTORIES) {
      Files.createDirectories(stubs.resolve(name));
      Files.setPosixFilePermissions(
          stubs.resolve(name), PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    for (String name : STUB_FILES) {
      if (!Files.exists(stubs.resolve(name))) {
        Files.createFile(stubs.resolve(name));
      }
    }
  }

  /**
   * Unmounts and removes what a killed predecessor left half-done. After the machine went down,
   * every layer is dropped that nobody waited for to reach the disk. Call before any other use.
   */
  public void recover() throws IOException {
    for (Path point : Mounts.below(data)) {
      Mounts.unmount(point, Mounts.MNT_DETACH);
    }
    for (String name : TEMPORARY) {
      Trees.delete(data.resolve(name));
    }
    makeDirectories();
    local.recover();
  }

  /** Removes these as well from now on, when there must be room on the file system. */
  public void alsoEvict(Evictable evictable) {
    local.alsoEvict(evictable);
  }

  /** True when the layer is on this disk. */
  public boolean has(Layer layer) {
    return local.has(layer.diffId());
  }

  /**
   * The directory with the layer as overlayfs wants it, fetched when missing; once, also when
   * several ask. It may be gone later: use {@link #open} or {@link #mount} to keep it.
   *
   * @throws IOException when it cannot be fetched or is not what its diff id says
   * @throws DiskFullException when there is no room that could be made
   */
  public Path unpacked(Layer layer) throws IOException, InterruptedException {
    try (LayerHold hold = hold(layer)) {
      return hold.directory();
    }
  }

  /**
   * Like {@link #unpacked}, for whoever needs the layer soon.
   *
   * @param onBytes told of the packed bytes that come meanwhile, from any thread; of none when the
   *     layer is here
   */
  public void fetch(Layer layer, LongConsumer onBytes) throws IOException, InterruptedException {
    if (!has(layer)) {
      fetches.start(layer, onBytes).await();
    }
  }

  /** Opens a file of the layer, which stays on this disk until the stream is closed. */
  public InputStream open(Layer layer, ImagePath file) throws IOException, InterruptedException {
    LayerHold hold = hold(layer);
    boolean done = false;
    try {
      InputStream in =
          Files.newInputStream(hold.directory().resolve(file.value()), LinkOption.NOFOLLOW_LINKS);
      done = true;
      return new FilterInputStream(in) {
        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
          return in.read(bytes, offset, length);
        }

        @Override
        public void close() throws IOException {
          try (hold) {
            in.close();
          }
        }
      };
    } finally {
      if (!done) {
        hold.close();
      }
    }
  }

  private LayerHold hold(Layer layer) throws IOException, InterruptedException {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Optional<LayerHold> hold = local.hold(layer.diffId());
      if (hold.isPresent()) {
        return hold.get();
      }
      fetches.start(layer, bytes -> {}).await();
    }
    throw new DiskFullException("layer " + layer.diffId(), local.figures(), null);
  }

  /**
   * Mounts a stack of layers under a fresh, empty, writable one. Missing layers are fetched at the
   * same time, the largest first. No layers make an empty root. One layer several times in the
   * stack counts where it stands highest.
   *
   * @param baseFirst the stack
   */
  public WritableRoot mount(List<Layer> baseFirst) throws IOException, InterruptedException {
    return mount(baseFirst, "stubs");
  }

  /**
   * Like {@link #mount}, for a root that is looked into, but is no container's: it has no place for
   * what a container gets mounted.
   */
  public WritableRoot mountFiles(List<Layer> baseFirst) throws IOException, InterruptedException {
    return mount(baseFirst, "nothing");
  }

  private WritableRoot mount(List<Layer> baseFirst, String bottom)
      throws IOException, InterruptedException {
    local.tidy();
    List<Layer> largestFirst = new ArrayList<>(baseFirst);
    largestFirst.sort(Comparator.comparingLong((Layer l) -> l.blob().size()).reversed());
    for (Layer layer : largestFirst) {
      if (!has(layer)) {
        var _ = fetches.start(layer, bytes -> {});
      }
    }
    // The kernel refuses a directory twice; below its own copy a layer changes nothing.
    LinkedHashMap<Digest, LayerHold> topFirst = new LinkedHashMap<>();
    boolean done = false;
    try {
      for (Layer layer : baseFirst.reversed()) {
        if (!topFirst.containsKey(layer.diffId())) {
          topFirst.put(layer.diffId(), hold(layer));
        }
      }
      List<LayerHold> holds = List.copyOf(topFirst.values());
      WritableRoot root = local.withRoom("the step's folder", () -> mountHeld(holds, bottom));
      done = true;
      return root;
    } finally {
      if (!done) {
        topFirst.values().forEach(LayerHold::close);
      }
    }
  }

  private WritableRoot mountHeld(List<LayerHold> holds, String bottom) throws IOException {
    List<Path> topFirst = new ArrayList<>(holds.stream().map(LayerHold::directory).toList());
    topFirst.add(data.resolve(bottom));
    Path directory = Files.createTempDirectory(data.resolve("mounts"), "m");
    boolean done = false;
    try {
      for (String name : List.of("upper", "work", "root", "l")) {
        Files.createDirectory(directory.resolve(name));
      }
      Files.setPosixFilePermissions(
          directory.resolve("upper"), PosixFilePermissions.fromString("rwxr-xr-x"));
      OverlayMount.mount(
          topFirst,
          directory.resolve("upper"),
          directory.resolve("work"),
          directory.resolve("root"),
          directory.resolve("l"));
      Runnable watching = watch.begin();
      done = true;
      return new WritableRoot(
          directory,
          topFirst,
          () -> {
            watching.run();
            holds.forEach(LayerHold::close);
          });
    } finally {
      if (!done) {
        Trees.delete(directory);
      }
    }
  }

  /**
   * Unmounts the root and turns what was written into a layer, which is from then on also unpacked
   * here. The root is closed, also when this fails. A large layer is not packed yet, so that the
   * next step need not wait: see {@link LayerWriter#packingLater}.
   *
   * @param clamp modification times later than this become this ({@code SOURCE_DATE_EPOCH})
   */
  public NewLayer commit(WritableRoot root, Compression compression, Optional<Instant> clamp)
      throws IOException, InterruptedException {
    try (root) {
      root.unmount();
      NewLayer layer = local.withRoom("the layer", () -> write(root, compression, clamp));
      long size = layer.index().entries().stream().mapToLong(LocalLayers::diskSize).sum();
      local.keepDirectory(root.upper(), layer.layer().diffId(), size);
      imageMaker.offer(layer.layer());
      root.leave(removals);
      return layer;
    }
  }

  private NewLayer write(WritableRoot root, Compression compression, Optional<Instant> clamp)
      throws IOException, InterruptedException {
    try (LayerWriter writer = LayerWriter.packingLater(data.resolve("blobs"), compression)) {
      long latest = clamp.map(Instant::getEpochSecond).orElse(Long.MAX_VALUE);
      UpperDiff.write(root.upper(), root.lowers(), latest, writer);
      return writer.finish();
    }
  }

  /** Packed bytes of layers and layer images fetched since this store was opened. */
  public long bytesFetched() {
    return fetches.bytes();
  }

  /** How full the disk is, with what, and what had to go. */
  public DiskFigures disk() throws IOException {
    return local.figures();
  }

  /** Something that writes to the file system of this store, and can be done again. */
  public interface Writing<T> {
    T run() throws IOException, InterruptedException;
  }

  /**
   * Does it; when the disk is full, removes unused layers and does it again.
   *
   * @param what does not fit, for people
   * @throws DiskFullException when everything left is in use
   */
  public <T> T withRoom(String what, Writing<T> writing) throws IOException, InterruptedException {
    return local.withRoom(what, writing);
  }

  /** True when so little is free that whatever is written next may fail. */
  public boolean isFull() throws IOException {
    return local.isFull();
  }

  /** Waits until every layer image that is due is stored, or the time is over: true when done. */
  public boolean awaitImages(Duration atMost) throws InterruptedException {
    return imageMaker.await(atMost);
  }

  /** Stops fetching. Mounted roots stay, until they are closed. */
  @Override
  public void close() {
    imageMaker.close();
    removals.close();
    fetches.close();
    watch.close();
    local.close();
  }
}
