package dev.brickyard.engine.cachemount;

import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.layer.ImagePath;
import dev.brickyard.engine.linux.Directory;
import dev.brickyard.engine.linux.Errno;
import dev.brickyard.engine.linux.FileStatus;
import dev.brickyard.engine.linux.LinuxException;
import dev.brickyard.engine.linux.OpenFile;
import dev.brickyard.engine.snapshot.OpenPath;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Saves a mount's directory as a new generation: finds what was changed, stores its content as
 * chunks, merges it into the latest generation and adds the result under the next number. Whoever
 * loses the race for the number merges again. Nothing is visible to others before that, so a save
 * that is killed leaves the old generation and some chunks for the collector.
 */
final class MountSave implements AutoCloseable {
  /** Files from here on are chunked by themselves, so that a changed one finds its old chunks. */
  private static final long LARGE = 1 << 20;

  private static final int TRIES = 10;

  /**
   * How a save ended.
   *
   * @param state to remember
   * @param generation the one that was added; empty when nothing had changed
   * @param bytes plain bytes of new chunks
   */
  record Saved(MountState state, OptionalLong generation, long bytes, long chunks) {}

  private record Place(ChunkWriter writer, long start) {}

  private final CacheMountStore store;
  private final MountKey key;
  private final Path content;
  private final long maxBytes;
  private final String producer;
  private final Clock clock;
  private final ChunkUploads uploads;
  private final Map<Digest, List<Slice>> stored = new HashMap<>();
  private final Map<ImagePath, MountState.Seen> seen = new HashMap<>();
  private final SortedMap<ImagePath, MountEntry> local = new TreeMap<>();

  MountSave(
      CacheMountStore store,
      MountKey key,
      Path content,
      long maxBytes,
      String producer,
      Clock clock) {
    this.store = store;
    this.key = key;
    this.content = content;
    this.maxBytes = maxBytes;
    this.producer = producer;
    this.clock = clock;
    this.uploads = new ChunkUploads(store, key.scope());
  }

  /**
   * Does it. Once only.
   *
   * @throws InterruptedIOException when the thread was interrupted
   */
  Saved run(MountState state) throws IOException {
    SortedMap<ImagePath, TreeScan.Found> found = TreeScan.of(content, state);
    if (isUnchanged(found, state)) {
      return new Saved(state, OptionalLong.empty(), 0, 0);
    }
    MountVersion version = MountVersion.none(key);
    SortedMap<ImagePath, MountEntry> remote = new TreeMap<>();
    for (int tries = 0; tries < TRIES; tries++) {
      MountVersion latest = MountVersion.latest(store, key);
      if (!latest.equals(version)) {
        version = latest;
        remote = remote(version, state);
      }
      Map<Digest, List<Slice>> available = available(remote, state);
      if (tries == 0) {
        readChanged(found, state, available);
      }
      SortedMap<ImagePath, MountEntry> merged =
          resolve(
              SizeCap.apply(MountMerge.merge(state.base(), local, remote), maxBytes),
              available,
              state);
      uploads.await();
      if (version.exists() && same(merged, remote) && state.lost().isEmpty()) {
        return saved(merged, version, OptionalLong.empty());
      }
      long number = version.own(key) + 1;
      MountGeneration next =
          new MountGeneration(
              number, clock.instant().truncatedTo(ChronoUnit.MILLIS), producer, merged);
      if (store.add(key, next)) {
        return saved(merged, new MountVersion(key.scope(), number), OptionalLong.of(number));
      }
    }
    throw new IOException("too many workers save the cache mount " + key + " at once");
  }

  private boolean isUnchanged(SortedMap<ImagePath, TreeScan.Found> found, MountState state) {
    if (!state.lost().isEmpty() || found.size() != state.base().size()) {
      return state.base().isEmpty() && found.size() == 1;
    }
    for (var entry : found.entrySet()) {
      MountEntry known = entry.getValue().known();
      MountEntry base = state.base().get(entry.getKey());
      if (known == null || base == null || !known.same(base)) {
        return false;
      }
    }
    return true;
  }

  private SortedMap<ImagePath, MountEntry> remote(MountVersion version, MountState state)
      throws IOException {
    if (state.version().equals(Optional.of(version))) {
      return new TreeMap<>(state.base());
    }
    return store
        .find(new MountKey(version.scope(), key.mount()), version.number())
        .map(MountGeneration::entries)
        .orElseGet(TreeMap::new);
  }

  /** Where content is that needs not be stored: in the generation that is to be followed. */
  private Map<Digest, List<Slice>> available(
      SortedMap<ImagePath, MountEntry> remote, MountState state) {
    Set<Digest> wasteful = Compaction.chunksToReplace(remote.values());
    Map<Digest, List<Slice>> available = new HashMap<>();
    Set<Digest> chunks = new HashSet<>();
    for (MountEntry entry : remote.values()) {
      entry
          .content()
          .filter(c -> isGood(c.slices(), state.lost(), wasteful))
          .ifPresent(
              c -> {
                available.put(c.digest(), c.slices());
                c.slices().forEach(slice -> chunks.add(slice.chunk().digest()));
              });
    }
    uploads.known(chunks);
    return available;
  }

  private static boolean isGood(List<Slice> slices, Set<Digest> lost, Set<Digest> wasteful) {
    return slices.stream()
        .map(slice -> slice.chunk().digest())
        .noneMatch(chunk -> lost.contains(chunk) || wasteful.contains(chunk));
  }

  private void readChanged(
      SortedMap<ImagePath, TreeScan.Found> found,
      MountState state,
      Map<Digest, List<Slice>> available)
      throws IOException {
    Pack pack = new Pack();
    try (Directory root = Directory.open(content);
        OpenPath walk = new OpenPath(root)) {
      List<ImagePath> large = new ArrayList<>();
      for (var entry : found.entrySet()) {
        ImagePath path = entry.getKey();
        TreeScan.Found there = entry.getValue();
        MountEntry known = there.known();
        if (known != null) {
          local.put(path, known);
          seen.put(path, MountState.Seen.of(there.status()));
        } else if (there.status().size() >= LARGE) {
          large.add(path);
        } else {
          keep(path, there, state, readSmall(walk, path, there.status(), pack, available));
        }
      }
      pack.finish();
      for (ImagePath path : large) {
        TreeScan.Found there = found.get(path);
        if (there != null) {
          keep(path, there, state, readLarge(walk, path, there.status()));
        }
      }
    }
  }

  /** A file that changed while it was read stays as it was before: the next save has it. */
  private void keep(
      ImagePath path, TreeScan.Found found, MountState state, Optional<FileContent> content) {
    if (content.isPresent()) {
      local.put(path, TreeScan.file(path, found, content.get()));
      seen.put(path, MountState.Seen.of(found.status()));
      return;
    }
    MountEntry base = state.base().get(path);
    if (base != null) {
      local.put(path, base);
    }
  }

  private Optional<FileContent> readSmall(
      OpenPath walk,
      ImagePath path,
      FileStatus status,
      Pack pack,
      Map<Digest, List<Slice>> available)
      throws IOException {
    byte[] bytes = new byte[(int) status.size()];
    Optional<Digest> digest = read(walk, path, status, new Whole(bytes));
    if (digest.isEmpty()) {
      return Optional.empty();
    }
    if (!available.containsKey(digest.get())) {
      pack.add(digest.get(), bytes);
    }
    return Optional.of(
        new FileContent(digest.get(), bytes.length, TreeScan.lastUse(status), List.of()));
  }

  private Optional<FileContent> readLarge(OpenPath walk, ImagePath path, FileStatus status)
      throws IOException {
    ChunkWriter writer = new ChunkWriter(uploads::put);
    Optional<Digest> digest = read(walk, path, status, writer::write);
    if (digest.isEmpty()) {
      return Optional.empty();
    }
    writer.finish();
    stored.put(digest.get(), writer.slices(0, status.size()));
    return Optional.of(
        new FileContent(digest.get(), status.size(), TreeScan.lastUse(status), List.of()));
  }

  private interface Target {
    void write(byte[] bytes, int offset, int length) throws IOException;
  }

  private static final class Whole implements Target {
    private final byte[] whole;
    private int filled;

    Whole(byte[] whole) {
      this.whole = whole;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
      System.arraycopy(bytes, offset, whole, filled, length);
      filled += length;
    }
  }

  /** Reads a file; empty when it is not, or does not stay, what was found. */
  private static Optional<Digest> read(
      OpenPath walk, ImagePath path, FileStatus expected, Target target) throws IOException {
    if (Thread.interrupted()) {
      throw new InterruptedIOException("saving a cache mount was interrupted");
    }
    MessageDigest sha256 = Digest.newSha256();
    byte[] buffer = new byte[Math.clamp(expected.size(), 1, 128 << 10)];
    try {
      Directory parent = walk.open(path.parent(), false);
      long left = expected.size();
      try (OpenFile file = parent.openFile(path.name())) {
        while (left > 0) {
          int n = file.read(buffer, 0, (int) Math.min(left, buffer.length));
          if (n < 0) {
            return Optional.empty();
          }
          sha256.update(buffer, 0, n);
          target.write(buffer, 0, n);
          left -= n;
        }
      }
      boolean stayed =
          MountState.Seen.of(parent.status(path.name())).equals(MountState.Seen.of(expected));
      return stayed ? Optional.of(Digest.of(sha256)) : Optional.empty();
    } catch (LinuxException e) {
      if (e.errno() == Errno.ENOENT || e.errno() == Errno.ENOTDIR || e.errno() == Errno.ELOOP) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** Small files, one after the other. */
  private final class Pack {
    private final ChunkWriter writer = new ChunkWriter(uploads::put);
    private final Map<Digest, Place> places = new HashMap<>();
    private final Map<Digest, Integer> sizes = new HashMap<>();

    void add(Digest digest, byte[] bytes) throws IOException {
      if (bytes.length > 0 && !stored.containsKey(digest) && !places.containsKey(digest)) {
        places.put(digest, new Place(writer, writer.position()));
        sizes.put(digest, bytes.length);
        writer.write(bytes, 0, bytes.length);
      }
    }

    void finish() throws IOException {
      writer.finish();
      places.forEach(
          (digest, place) -> {
            Integer size = sizes.get(digest);
            stored.put(digest, place.writer().slices(place.start(), size == null ? 0 : size));
          });
    }
  }

  /**
   * Gives every file the place of its bytes. What is in no good chunk is stored from this disk, or
   * dropped when it is nowhere.
   */
  private SortedMap<ImagePath, MountEntry> resolve(
      SortedMap<ImagePath, MountEntry> merged, Map<Digest, List<Slice>> available, MountState state)
      throws IOException {
    storeMissing(merged, available);
    SortedMap<ImagePath, MountEntry> resolved = new TreeMap<>();
    merged.forEach(
        (path, entry) -> {
          if (entry.size() == 0) {
            resolved.put(path, entry);
            return;
          }
          FileContent file = entry.content().orElseThrow();
          @Nullable List<Slice> slices =
              available.getOrDefault(file.digest(), stored.get(file.digest()));
          if (slices != null) {
            resolved.put(path, entry.with(file.with(slices)));
          } else if (file.stored() && isGood(file.slices(), state.lost(), Set.of())) {
            resolved.put(path, entry);
          }
        });
    return resolved;
  }

  private void storeMissing(
      SortedMap<ImagePath, MountEntry> merged, Map<Digest, List<Slice>> available)
      throws IOException {
    Pack pack = new Pack();
    try (Directory root = Directory.open(content);
        OpenPath walk = new OpenPath(root)) {
      for (MountEntry entry : merged.values()) {
        if (entry.size() == 0) {
          continue;
        }
        Digest digest = entry.content().orElseThrow().digest();
        @Nullable MountEntry mine = local.get(entry.path());
        if (available.containsKey(digest)
            || stored.containsKey(digest)
            || mine == null
            || mine.content().filter(c -> c.digest().equals(digest)).isEmpty()) {
          continue;
        }
        storeFromDisk(walk, entry.path(), digest, pack);
      }
    }
    pack.finish();
  }

  private void storeFromDisk(OpenPath walk, ImagePath path, Digest digest, Pack pack)
      throws IOException {
    try {
      FileStatus status = walk.open(path.parent(), false).status(path.name());
      if (status.type() != FileStatus.FILE) {
        return;
      }
      if (status.size() >= LARGE) {
        readLarge(walk, path, status);
        return;
      }
      byte[] bytes = new byte[(int) status.size()];
      Optional<Digest> actual = read(walk, path, status, new Whole(bytes));
      if (actual.equals(Optional.of(digest))) {
        pack.add(digest, bytes);
      }
    } catch (LinuxException e) {
      if (e.errno() != Errno.ENOENT && e.errno() != Errno.ENOTDIR && e.errno() != Errno.ELOOP) {
        throw e;
      }
    }
  }

  private static boolean same(
      SortedMap<ImagePath, MountEntry> one, SortedMap<ImagePath, MountEntry> other) {
    if (!one.keySet().equals(other.keySet())) {
      return false;
    }
    for (MountEntry entry : one.values()) {
      MountEntry counterpart = other.get(entry.path());
      if (counterpart == null || !entry.same(counterpart)) {
        return false;
      }
    }
    return true;
  }

  /** What this disk has is the base of the next save, whatever others put into the generation. */
  private Saved saved(
      SortedMap<ImagePath, MountEntry> merged, MountVersion version, OptionalLong added) {
    boolean complete = same(local, merged);
    MountState state =
        new MountState(
            complete ? Optional.of(version) : Optional.empty(),
            complete ? merged : local,
            Map.copyOf(seen),
            Set.of());
    return new Saved(state, added, uploads.bytes(), uploads.count());
  }

  @Override
  public void close() {
    uploads.close();
  }
}
