package dev.brickyard.engine.snapshot;

import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.layer.LayerEntry;
import dev.brickyard.engine.linux.Errno;
import dev.brickyard.engine.linux.LinuxException;
import dev.brickyard.engine.linux.Mounts;
import dev.brickyard.engine.linux.Trees;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What layers this disk has, in which form, who uses them, and when they were last used. Removes
 * the least recently used when there must be room. Safe for use by many threads.
 *
 * <p>On disk: {@code layers/<hex>} is a layer unpacked; {@code images/<hex>} an image that has
 * reached the disk, {@code images/<hex>.new} one that may not have; {@code mounted/<hex>} is where
 * an image is mounted; {@code used/<hex>} holds the layer's size, and its time is the last use.
 */
final class LocalLayers {
  private static final Logger LOG = LoggerFactory.getLogger(LocalLayers.class);
  private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");
  private static final String NEW = ".new";

  /** A use is written down when the last one written is older. */
  private static final long TOUCH_MILLIS = 10_000;

  private static final long BLOCK = 4096;
  private static final long FULL_BELOW = 1 << 20;

  /** How much is freed at once when the disk is full: so many bytes, or this part of the disk. */
  private static final long ROOM = 256 << 20;

  private static final long ROOM_PART = 16;

  /** One layer; guarded by the store. */
  private static final class Entry {
    final boolean image;
    final long bytes;
    long usedMillis;
    long writtenMillis;
    int holds;
    boolean mounted;

    Entry(boolean image, long bytes, long usedMillis) {
      this.image = image;
      this.bytes = bytes;
      this.usedMillis = usedMillis;
    }
  }

  private final Path data;
  private final DiskBudget budget;
  private final Clock clock;
  private final Map<String, Entry> entries = new HashMap<>();
  private long bytes;
  private long evictedBytes;
  private long evictedLayers;
  private boolean closed;
  private volatile Evictable others = Evictable.NOTHING;

  LocalLayers(Path data, DiskBudget budget, Clock clock) {
    this.data = data;
    this.budget = budget;
    this.clock = clock;
  }

  /** Removes these as well from now on, when there must be room on the file system. */
  void alsoEvict(Evictable evictable) {
    others = evictable;
  }

  /** Finds out what an earlier process left. Nothing may be mounted. */
  synchronized void recover() throws IOException {
    String boot = Files.readString(BOOT).strip();
    Path marker = data.resolve("boot");
    if (!Files.exists(marker) || !Files.readString(marker).strip().equals(boot)) {
      // Nobody waited for these to reach the disk.
      Trees.delete(data.resolve("layers"));
      Files.createDirectories(data.resolve("layers"));
      for (String name : list("images")) {
        if (name.endsWith(NEW)) {
          Files.delete(data.resolve("images").resolve(name));
        }
      }
      Files.writeString(marker, boot);
    }
    entries.clear();
    bytes = 0;
    for (String name : list("layers")) {
      add(name, found(name, false));
    }
    for (String name : list("images")) {
      String hex = name.endsWith(NEW) ? name.substring(0, name.length() - NEW.length()) : name;
      if (entries.containsKey(hex)) {
        Files.delete(data.resolve("images").resolve(name));
      } else {
        add(hex, found(hex, true));
      }
    }
    for (String name : list("used")) {
      if (!entries.containsKey(name)) {
        Files.delete(data.resolve("used").resolve(name));
      }
    }
  }

  private List<String> list(String directory) throws IOException {
    try (var children = Files.list(data.resolve(directory))) {
      return children.map(p -> String.valueOf(p.getFileName())).toList();
    }
  }

  private Entry found(String hex, boolean image) throws IOException {
    Path used = data.resolve("used").resolve(hex);
    long size = -1;
    long time = 0;
    try {
      size = Long.parseLong(Files.readString(used).strip());
      time = Files.getLastModifiedTime(used).toMillis();
    } catch (IOException | NumberFormatException e) {
      LOG.debug("the size of layer {} was not written down", hex);
    }
    if (size < 0) {
      size = image ? Files.size(imageFile(hex)) : TreeSize.of(data.resolve("layers").resolve(hex));
    }
    return new Entry(image, size, time);
  }

  private void add(String hex, Entry entry) {
    entries.put(hex, entry);
    bytes += entry.bytes;
  }

  private Path imageFile(String hex) {
    Path settled = data.resolve("images").resolve(hex);
    return Files.exists(settled) ? settled : data.resolve("images").resolve(hex + NEW);
  }

  synchronized boolean has(Digest diffId) {
    return entries.containsKey(diffId.hex());
  }

  /** The layer's image file, when it is here in that form. Valid while the layer is held. */
  synchronized Optional<Path> image(Digest diffId) {
    @Nullable Entry entry = entries.get(diffId.hex());
    return entry != null && entry.image ? Optional.of(imageFile(diffId.hex())) : Optional.empty();
  }

  /** Uses the layer from now on; empty when it is not here. */
  synchronized Optional<LayerHold> hold(Digest diffId) throws IOException {
    String hex = diffId.hex();
    @Nullable Entry entry = entries.get(hex);
    if (entry == null) {
      return Optional.empty();
    }
    Path directory = data.resolve(entry.image ? "mounted" : "layers").resolve(hex);
    if (entry.image && !entry.mounted) {
      Files.createDirectories(directory);
      Mounts.mount(imageFile(hex).toString(), directory, "erofs", Mounts.MS_RDONLY, null);
      entry.mounted = true;
    }
    entry.holds++;
    touch(hex, entry);
    return Optional.of(new LayerHold(directory, () -> release(hex, entry)));
  }

  private void touch(String hex, Entry entry) {
    entry.usedMillis = clock.millis();
    if (entry.usedMillis - entry.writtenMillis < TOUCH_MILLIS) {
      return;
    }
    Path used = data.resolve("used").resolve(hex);
    try {
      if (entry.writtenMillis == 0 && !Files.exists(used)) {
        Files.writeString(used, Long.toString(entry.bytes));
      }
      Files.setLastModifiedTime(used, FileTime.fromMillis(entry.usedMillis));
      entry.writtenMillis = entry.usedMillis;
    } catch (IOException e) {
      LOG.debug("the use of layer {} could not be written down", hex, e);
    }
  }

  private synchronized void release(String hex, Entry entry) {
    entry.holds--;
    if (closed) {
      unmount(hex, entry);
    }
  }

  /** Takes a finished directory as the layer; one that is here already stays. */
  void keepDirectory(Path directory, Digest diffId, long size) throws IOException {
    synchronized (this) {
      if (!entries.containsKey(diffId.hex())) {
        Path place = data.resolve("layers").resolve(diffId.hex());
        try {
          Files.move(directory, place, StandardCopyOption.ATOMIC_MOVE);
        } catch (DirectoryNotEmptyException | FileAlreadyExistsException e) {
          throw new IOException(place + " was made by somebody else", e);
        }
        Entry entry = new Entry(false, size, clock.millis());
        add(diffId.hex(), entry);
        touch(diffId.hex(), entry);
        return;
      }
    }
    Trees.delete(directory);
  }

  /** Takes a finished image file as the layer; one that is here already stays. */
  void keepImage(Path file, Digest diffId) throws IOException {
    synchronized (this) {
      if (!entries.containsKey(diffId.hex())) {
        long size = Files.size(file);
        Files.move(
            file,
            data.resolve("images").resolve(diffId.hex() + NEW),
            StandardCopyOption.ATOMIC_MOVE);
        Entry entry = new Entry(true, size, clock.millis());
        add(diffId.hex(), entry);
        touch(diffId.hex(), entry);
        return;
      }
    }
    Files.delete(file);
  }

  /** Waits until an image has reached the disk, so that it outlives the machine's end. */
  void settle(Digest diffId) throws IOException {
    Optional<LayerHold> hold = hold(diffId);
    if (hold.isEmpty()) {
      return;
    }
    try (LayerHold _ = hold.get()) {
      Path fresh = data.resolve("images").resolve(diffId.hex() + NEW);
      if (!Files.exists(fresh)) {
        return;
      }
      try (FileChannel file = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
        file.force(true);
      }
      synchronized (this) {
        Files.move(
            fresh, data.resolve("images").resolve(diffId.hex()), StandardCopyOption.ATOMIC_MOVE);
      }
      try (FileChannel directory = FileChannel.open(data.resolve("images"))) {
        directory.force(true);
      }
    }
  }

  /**
   * Removes what is not in use while the disk is above its marks. A mark that counts layers is
   * reached by removing layers alone.
   */
  void tidy() throws IOException {
    if (excess(budget.high()) <= 0 && reserveMissing() <= 0) {
      return;
    }
    while (true) {
      boolean reserve = reserveMissing() > 0;
      if (!reserve && excess(budget.low()) <= 0) {
        return;
      }
      boolean layersAlone = !reserve && budget.low() instanceof DiskMark.OfLayers;
      if ((layersAlone ? evictLayer() : evictOne()) == 0) {
        return;
      }
    }
  }

  /** Bytes that lack of what should be kept free; 0 or less when nothing does. */
  long reserveMissing() throws IOException {
    return budget.reserveBytes() - fileStore().getUsableSpace();
  }

  private long excess(DiskMark mark) throws IOException {
    FileStore store = fileStore();
    long layers;
    synchronized (this) {
      layers = bytes;
    }
    return mark.excess(layers, store.getTotalSpace(), store.getUsableSpace());
  }

  private FileStore fileStore() throws IOException {
    return Files.getFileStore(data);
  }

  /** Removes what is not in use, of at least so many bytes; the answer is how many there were. */
  long evict(long wanted) throws IOException {
    long freed = 0;
    while (freed < wanted) {
      long one = evictOne();
      if (one == 0) {
        break;
      }
      freed += one;
    }
    return freed;
  }

  /**
   * Removes the least recently used, a layer or something else: the bytes freed, at least 1; 0 when
   * everything is in use.
   */
  private long evictOne() throws IOException {
    OptionalLong other = otherUse();
    if (other.isPresent() && other.getAsLong() < layerUse().orElse(Long.MAX_VALUE)) {
      long freed = evictOther();
      return freed > 0 ? freed : evictLayer();
    }
    long freed = evictLayer();
    return freed > 0 ? freed : evictOther();
  }

  private synchronized OptionalLong layerUse() {
    return entries.values().stream().filter(e -> e.holds == 0).mapToLong(e -> e.usedMillis).min();
  }

  /** Trouble there must not keep layers from making room. */
  private OptionalLong otherUse() {
    try {
      return others.leastRecentUse();
    } catch (IOException e) {
      LOG.warn("what else could make room is not known", e);
      return OptionalLong.empty();
    }
  }

  private long evictOther() {
    try {
      return others.evictOne();
    } catch (IOException e) {
      LOG.warn("room could not be made beside the layers", e);
      return 0;
    }
  }

  /** The bytes freed, at least 1; 0 when every layer is in use. */
  private long evictLayer() throws IOException {
    Path directory = Files.createTempDirectory(data.resolve("tmp"), "evicted-");
    try {
      return takeOut(directory.resolve("layer"));
    } finally {
      Trees.delete(directory);
    }
  }

  private synchronized long takeOut(Path doomed) throws IOException {
    Optional<Map.Entry<String, Entry>> oldest = leastRecentlyUsed();
    if (oldest.isEmpty()) {
      return 0;
    }
    String hex = oldest.get().getKey();
    Entry entry = oldest.get().getValue();
    Path place = entry.image ? imageFile(hex) : data.resolve("layers").resolve(hex);
    Files.move(place, doomed, StandardCopyOption.ATOMIC_MOVE);
    entries.remove(hex);
    bytes -= entry.bytes;
    evictedBytes += entry.bytes;
    evictedLayers++;
    Files.deleteIfExists(data.resolve("used").resolve(hex));
    LOG.debug("layer {} makes room: {} bytes", hex, entry.bytes);
    return Math.max(1, entry.bytes);
  }

  /** Unmounted already; empty when all are in use. */
  private Optional<Map.Entry<String, Entry>> leastRecentlyUsed() {
    return entries.entrySet().stream()
        .filter(e -> e.getValue().holds == 0)
        .sorted(Comparator.comparingLong(e -> e.getValue().usedMillis))
        .filter(e -> unmount(e.getKey(), e.getValue()))
        .findFirst()
        .map(Map.Entry::copyOf);
  }

  /** False when somebody still has a file of it open. */
  private boolean unmount(String hex, Entry entry) {
    if (entry.holds > 0) {
      return false;
    }
    if (!entry.mounted) {
      return true;
    }
    Path directory = data.resolve("mounted").resolve(hex);
    try {
      Mounts.unmount(directory, 0);
      entry.mounted = false;
      Files.deleteIfExists(directory);
      return true;
    } catch (LinuxException e) {
      if (e.errno() != Errno.EBUSY) {
        LOG.warn("layer {} could not be unmounted", hex, e);
      }
      return false;
    } catch (IOException e) {
      LOG.warn("{} could not be removed", directory, e);
      return true;
    }
  }

  /** True when so little is free that whatever is written next may fail. */
  boolean isFull() throws IOException {
    return fileStore().getUsableSpace() < FULL_BELOW;
  }

  /** About what an entry of a layer takes, unpacked. */
  static long diskSize(LayerEntry entry) {
    return (entry.size() + BLOCK) / BLOCK * BLOCK;
  }

  /**
   * Does it; when the disk is full, removes what is not in use and does it again, until it fits or
   * there is none.
   *
   * @param what for people
   * @throws DiskFullException when everything left is in use
   */
  <T> T withRoom(String what, LayerStore.Writing<T> writing)
      throws IOException, InterruptedException {
    while (true) {
      try {
        return writing.run();
      } catch (IOException e) {
        if (!DiskFullException.isNoSpace(e)) {
          throw e;
        }
        if (evict(Math.min(ROOM, fileStore().getTotalSpace() / ROOM_PART)) == 0) {
          throw new DiskFullException(what, figures(), e);
        }
      }
    }
  }

  synchronized DiskFigures figures() throws IOException {
    long held = entries.values().stream().filter(e -> e.holds > 0).mapToLong(e -> e.bytes).sum();
    FileStore store = fileStore();
    return new DiskFigures(
        store.getTotalSpace(), store.getUsableSpace(), bytes, held, evictedBytes, evictedLayers);
  }

  /** Unmounts what is not in use, and the rest as soon as it is not. */
  synchronized void close() {
    closed = true;
    entries.forEach(this::unmount);
  }
}
