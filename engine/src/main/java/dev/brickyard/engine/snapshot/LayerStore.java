package dev.brickyard.engine.snapshot;

import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.layer.Compression;
import dev.brickyard.engine.layer.Layer;
import dev.brickyard.engine.layer.LayerWriter;
import dev.brickyard.engine.layer.NewLayer;
import dev.brickyard.engine.linux.Mounts;
import dev.brickyard.engine.linux.Trees;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The layers unpacked on this worker's disk, and the roots mounted from them. A cache: it may be
 * removed whole while no worker runs. Safe for use by many threads; one process at a time.
 */
public final class LayerStore implements AutoCloseable {
  private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");

  /** Directories and files that containers get mounts on; at the bottom they leave no trace. */
  private static final List<String> STUB_DIRECTORIES = List.of("dev", "etc", "proc", "sys");

  private static final List<String> STUB_FILES = List.of("etc/hosts", "etc/resolv.conf");

  private final Path data;
  private final LayerSource source;
  private final ExecutorService unpackers;
  private final Map<Digest, Future<Path>> underWay = new HashMap<>();
  private final AtomicLong fetched = new AtomicLong();

  /** Opens the store in a directory of its own, made when missing. */
  public LayerStore(Path data, LayerSource source) throws IOException {
    this.data = data.toAbsolutePath();
    this.source = source;
    this.unpackers =
        Executors.newFixedThreadPool(
            Math.max(2, Runtime.getRuntime().availableProcessors()),
            Thread.ofPlatform().daemon().name("unpack-", 0).factory());
    makeDirectories();
  }

  private void makeDirectories() throws IOException {
    Files.createDirectories(data);
    // Layers hold set-uid programs and devices: only containers may reach them.
    Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwx------"));
    for (String name : List.of("layers", "tmp", "mounts", "blobs", "stubs")) {
      Files.createDirectories(data.resolve(name));
    }
    Path stubs = data.resolve("stubs");
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
   * every layer is dropped, since nobody waited for them to reach the disk. Call before any other
   * use.
   */
  public void recover() throws IOException {
    for (Path point : Mounts.below(data)) {
      Mounts.unmount(point, Mounts.MNT_DETACH);
    }
    for (String name : List.of("tmp", "mounts", "blobs")) {
      Trees.delete(data.resolve(name));
    }
    String boot = Files.readString(BOOT).strip();
    Path marker = data.resolve("boot");
    if (!Files.exists(marker) || !Files.readString(marker).strip().equals(boot)) {
      Trees.delete(data.resolve("layers"));
      Files.writeString(marker, boot);
    }
    makeDirectories();
  }

  /** True when the layer is unpacked here. */
  public boolean has(Layer layer) {
    return Files.isDirectory(place(layer.diffId()));
  }

  private Path place(Digest diffId) {
    return data.resolve("layers").resolve(diffId.hex());
  }

  /**
   * The directory with the layer unpacked as overlayfs wants it, fetched when missing; once, also
   * when several ask.
   *
   * @throws IOException when it cannot be fetched or is not what its diff id says
   */
  public Path unpacked(Layer layer) throws IOException, InterruptedException {
    return await(start(layer));
  }

  private Future<Path> start(Layer layer) {
    Path place = place(layer.diffId());
    synchronized (underWay) {
      Future<Path> already = underWay.get(layer.diffId());
      if (already != null) {
        return already;
      }
      FutureTask<Path> task =
          new FutureTask<>(
              () -> {
                try {
                  return Files.isDirectory(place) ? place : fetch(layer, place);
                } finally {
                  synchronized (underWay) {
                    underWay.remove(layer.diffId());
                  }
                }
              });
      if (Files.isDirectory(place)) {
        task.run();
        return task;
      }
      underWay.put(layer.diffId(), task);
      unpackers.execute(task);
      return task;
    }
  }

  private static Path await(Future<Path> future) throws IOException, InterruptedException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        // A new exception for each caller, who may all wait for the same layer.
        case IOException cause -> throw new IOException(cause.getMessage(), cause);
        case InterruptedException cause -> throw new IOException("the store was closed", cause);
        case null, default -> throw new IllegalStateException("unpacking failed", e);
      }
    }
  }

  private Path fetch(Layer layer, Path place) throws IOException, InterruptedException {
    Path temporary = Files.createTempDirectory(data.resolve("tmp"), "layer-");
    try {
      Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxr-xr-x"));
      try (InputStream blob = new Counting(source.open(layer))) {
        LayerUnpacker.unpack(blob, layer.diffId(), temporary);
      }
      keep(temporary, place);
      return place;
    } finally {
      Trees.delete(temporary);
    }
  }

  /** Moves a finished directory to its place, unless somebody was faster. */
  private static void keep(Path directory, Path place) throws IOException {
    try {
      Files.move(directory, place, StandardCopyOption.ATOMIC_MOVE);
    } catch (DirectoryNotEmptyException | FileAlreadyExistsException e) {
      Trees.delete(directory);
    } catch (AtomicMoveNotSupportedException e) {
      throw new IOException(place + " must be on one file system with its neighbours", e);
    }
  }

  /**
   * Mounts a stack of layers under a fresh, empty, writable one. Missing layers are fetched at the
   * same time, the largest first. No layers make an empty root. One layer several times in the
   * stack counts where it stands highest.
   *
   * @param baseFirst the stack
   */
  public WritableRoot mount(List<Layer> baseFirst) throws IOException, InterruptedException {
    List<Layer> largestFirst = new ArrayList<>(baseFirst);
    largestFirst.sort(Comparator.comparingLong((Layer l) -> l.blob().size()).reversed());
    Map<Digest, Future<Path>> started = new HashMap<>();
    for (Layer layer : largestFirst) {
      started.computeIfAbsent(layer.diffId(), id -> start(layer));
    }
    // The kernel refuses a directory twice; below its own copy a layer changes nothing.
    LinkedHashSet<Path> topFirst = new LinkedHashSet<>();
    for (Layer layer : baseFirst.reversed()) {
      Future<Path> future = started.get(layer.diffId());
      if (future != null) {
        topFirst.add(await(future));
      }
    }
    topFirst.add(data.resolve("stubs"));
    return mountDirectories(List.copyOf(topFirst));
  }

  private WritableRoot mountDirectories(List<Path> topFirst) throws IOException {
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
      done = true;
      return new WritableRoot(directory, topFirst);
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
    try (root;
        LayerWriter writer = LayerWriter.packingLater(data.resolve("blobs"), compression)) {
      root.unmount();
      long latest = clamp.map(Instant::getEpochSecond).orElse(Long.MAX_VALUE);
      UpperDiff.write(root.upper(), root.lowers(), latest, writer);
      NewLayer layer = writer.finish();
      Path place = place(layer.layer().diffId());
      if (!Files.isDirectory(place)) {
        keep(root.upper(), place);
      }
      return layer;
    }
  }

  /** Compressed bytes read from the layer source since this store was opened. */
  public long bytesFetched() {
    return fetched.get();
  }

  /** Stops fetching. Mounted roots stay, until they are closed. */
  @Override
  public void close() {
    unpackers.shutdownNow();
  }

  private final class Counting extends FilterInputStream {
    Counting(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int b = in.read();
      fetched.addAndGet(b < 0 ? 0 : 1);
      return b;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int n = in.read(bytes, offset, length);
      fetched.addAndGet(Math.max(0, n));
      return n;
    }
  }
}
