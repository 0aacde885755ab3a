package dev.brickyard.engine.cachemount;

import dev.brickyard.engine.cache.BlobNotFoundException;
import dev.brickyard.engine.cache.CacheScope;
import dev.brickyard.engine.image.Digest;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A store of cache mounts for tests: in memory, it counts bytes and can be made to fail. */
public final class MemoryCacheMountStore implements CacheMountStore {
  private record Place(CacheScope project, Digest chunk) {}

  private final Map<MountKey, ConcurrentSkipListMap<Long, byte[]>> mounts =
      new ConcurrentHashMap<>();
  private final Map<Place, byte[]> chunks = new ConcurrentHashMap<>();
  private final AtomicLong written = new AtomicLong();
  private final AtomicLong read = new AtomicLong();
  private volatile @Nullable Runnable beforeAdd;
  private volatile boolean away;

  private ConcurrentSkipListMap<Long, byte[]> generations(MountKey mount) {
    return mounts.computeIfAbsent(mount, m -> new ConcurrentSkipListMap<>());
  }

  private static Place place(CacheScope scope, Digest chunk) {
    return new Place(scope.parent().orElse(scope), chunk);
  }

  private void check() throws IOException {
    if (away) {
      throw new IOException("the store is away");
    }
  }

  @Override
  public OptionalLong latest(MountKey mount) throws IOException {
    check();
    Map.Entry<Long, byte[]> last = generations(mount).lastEntry();
    return last == null ? OptionalLong.empty() : OptionalLong.of(last.getKey());
  }

  @Override
  public Optional<MountGeneration> find(MountKey mount, long number) throws IOException {
    check();
    byte[] encoded = generations(mount).get(number);
    if (encoded == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(GenerationCodec.decode(encoded));
    } catch (IOException e) {
      generations(mount).remove(number);
      return Optional.empty();
    }
  }

  @Override
  public boolean add(MountKey mount, MountGeneration generation) throws IOException {
    Runnable first = beforeAdd;
    if (first != null) {
      beforeAdd = null;
      first.run();
    }
    check();
    return generations(mount).putIfAbsent(generation.number(), GenerationCodec.encode(generation))
        == null;
  }

  @Override
  public void putChunk(CacheScope scope, Chunk chunk, byte[] plain) throws IOException {
    check();
    written.addAndGet(chunk.size());
    chunks.putIfAbsent(place(scope, chunk.digest()), ChunkCodec.pack(plain, chunk.size()));
  }

  @Override
  public byte[] chunk(CacheScope scope, Chunk chunk) throws IOException {
    check();
    byte[] packed = chunks.get(place(scope, chunk.digest()));
    if (packed == null) {
      throw new BlobNotFoundException(chunk.digest());
    }
    read.addAndGet(chunk.size());
    return ChunkCodec.unpack(chunk, packed);
  }

  @Override
  public void discardChunk(CacheScope scope, Digest chunk) throws IOException {
    check();
    chunks.remove(place(scope, chunk));
  }

  /** Changes a byte in the middle of a stored chunk. */
  public void damageChunk(CacheScope scope, Digest chunk) {
    chunks.computeIfPresent(
        place(scope, chunk),
        (p, packed) -> {
          byte[] damaged = packed.clone();
          damaged[damaged.length / 2] ^= 1;
          return damaged;
        });
  }

  /** Cuts a stored generation short. */
  public void damageGeneration(MountKey mount, long number) {
    generations(mount)
        .computeIfPresent(number, (n, bytes) -> Arrays.copyOf(bytes, bytes.length / 2));
  }

  /** Forgets every chunk. */
  public void dropChunks() {
    chunks.clear();
  }

  /** Forgets everything. */
  public void clear() {
    chunks.clear();
    mounts.clear();
  }

  /** From now on every call fails, or works again. */
  public void setAway(boolean away) {
    this.away = away;
  }

  /** Runs once, before the next generation is added. */
  public void beforeNextAdd(Runnable first) {
    beforeAdd = first;
  }

  /** The latest generation, which must be there. */
  public MountGeneration latestGeneration(MountKey mount) {
    try {
      return find(mount, latest(mount).orElseThrow()).orElseThrow();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Whether there is such a chunk. */
  public Set<Digest> chunksOf(CacheScope scope) {
    CacheScope project = scope.parent().orElse(scope);
    return chunks.keySet().stream()
        .filter(place -> place.project().equals(project))
        .map(Place::chunk)
        .collect(java.util.stream.Collectors.toSet());
  }

  /** Plain bytes of the chunks put so far. */
  public long bytesWritten() {
    return written.get();
  }

  /** Plain bytes of the chunks read so far. */
  public long bytesRead() {
    return read.get();
  }
}
