package dev.brickyard.engine.cachemount;

import dev.brickyard.engine.cache.BlobNotFoundException;
import dev.brickyard.engine.cache.CacheScope;
import dev.brickyard.engine.cache.CorruptBlobException;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.layer.ImagePath;
import dev.brickyard.engine.linux.Directory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches files into a staging directory, each chunk once and several at a time; every file ends up
 * whole, with its attributes, under a name of its own.
 */
final class ChunkFetch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ChunkFetch.class);

  /** Times twice the largest chunk: what is in memory at once. */
  private static final int AT_ONCE = 10;

  /**
   * What was fetched.
   *
   * @param staged names in the staging directory
   * @param lost paths whose bytes the store does not have
   * @param lostChunks the chunks missing or corrupt
   * @param failed paths that could not be fetched now, since the store failed
   */
  record Fetched(
      Map<ImagePath, String> staged,
      Set<ImagePath> lost,
      Set<Digest> lostChunks,
      Set<ImagePath> failed,
      long bytes,
      long chunks) {}

  private record Piece(Target target, Slice slice, long at) {}

  private static final class Target {
    final MountEntry entry;
    final String name;
    final AtomicInteger left;

    Target(MountEntry entry, String name, int pieces) {
      this.entry = entry;
      this.name = name;
      this.left = new AtomicInteger(pieces);
    }
  }

  private final CacheMountStore store;
  private final CacheScope scope;
  private final Path staging;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<ImagePath, String> staged = new ConcurrentHashMap<>();
  private final Set<ImagePath> lost = ConcurrentHashMap.newKeySet();
  private final Set<Digest> lostChunks = ConcurrentHashMap.newKeySet();
  private final Set<ImagePath> failed = ConcurrentHashMap.newKeySet();
  private final List<IOException> diskFailures = new ArrayList<>();
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicLong chunks = new AtomicLong();
  private volatile boolean storeFailed;

  ChunkFetch(CacheMountStore store, CacheScope scope, Path staging) {
    this.store = store;
    this.scope = scope;
    this.staging = staging;
  }

  /**
   * Fetches the files among the entries. Once only.
   *
   * @throws IOException when this disk cannot be used
   */
  Fetched run(Collection<MountEntry> entries) throws IOException, InterruptedException {
    Map<Chunk, List<Piece>> pieces = new LinkedHashMap<>();
    int number = 0;
    for (MountEntry entry : entries) {
      if (entry.content().isEmpty()) {
        continue;
      }
      FileContent content = entry.content().get();
      Target target =
          new Target(entry, Integer.toString(number++), Math.max(1, content.slices().size()));
      if (content.slices().isEmpty()) {
        Files.createFile(staging.resolve(target.name));
        finish(target);
        continue;
      }
      long at = 0;
      for (Slice slice : content.slices()) {
        pieces
            .computeIfAbsent(slice.chunk(), c -> new ArrayList<>())
            .add(new Piece(target, slice, at));
        at += slice.length();
      }
    }
    fetch(pieces);
    synchronized (diskFailures) {
      if (!diskFailures.isEmpty()) {
        throw diskFailures.getFirst();
      }
    }
    lost.forEach(staged::remove);
    failed.forEach(staged::remove);
    return new Fetched(
        Map.copyOf(staged),
        Set.copyOf(lost),
        Set.copyOf(lostChunks),
        Set.copyOf(failed),
        bytes.get(),
        chunks.get());
  }

  private void fetch(Map<Chunk, List<Piece>> pieces) throws InterruptedException {
    Semaphore permits = new Semaphore(AT_ONCE);
    for (var entry : pieces.entrySet()) {
      permits.acquire();
      threads.execute(
          () -> {
            try {
              fetch(entry.getKey(), entry.getValue());
            } finally {
              permits.release();
            }
          });
    }
    permits.acquire(AT_ONCE);
  }

  private void fetch(Chunk chunk, List<Piece> pieces) {
    byte[] plain;
    try {
      if (storeFailed) {
        throw new IOException("the store failed before");
      }
      plain = store.chunk(scope, chunk);
    } catch (BlobNotFoundException e) {
      LOG.warn("chunk {} of a cache mount is missing", chunk.digest());
      lose(chunk, pieces);
      return;
    } catch (CorruptBlobException e) {
      LOG.warn(
          "chunk {} of a cache mount is corrupt and removed: {}", chunk.digest(), e.toString());
      discard(chunk);
      lose(chunk, pieces);
      return;
    } catch (IOException e) {
      if (!storeFailed) {
        LOG.warn("a cache mount cannot be restored now: {}", e.toString());
      }
      storeFailed = true;
      pieces.forEach(piece -> failed.add(piece.target().entry.path()));
      return;
    }
    bytes.addAndGet(plain.length);
    chunks.incrementAndGet();
    try {
      for (Piece piece : pieces) {
        write(piece, plain);
      }
    } catch (IOException e) {
      synchronized (diskFailures) {
        diskFailures.add(e);
      }
    }
  }

  private void lose(Chunk chunk, List<Piece> pieces) {
    lostChunks.add(chunk.digest());
    pieces.forEach(piece -> lost.add(piece.target().entry.path()));
  }

  private void discard(Chunk chunk) {
    try {
      store.discardChunk(scope, chunk.digest());
    } catch (IOException e) {
      LOG.warn("the corrupt chunk {} could not be removed: {}", chunk.digest(), e.toString());
    }
  }

  private void write(Piece piece, byte[] plain) throws IOException {
    Slice slice = piece.slice();
    try (FileChannel file =
        FileChannel.open(
            staging.resolve(piece.target().name),
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE)) {
      ByteBuffer from = ByteBuffer.wrap(plain, slice.offset(), slice.length());
      long at = piece.at();
      while (from.hasRemaining()) {
        at += file.write(from, at);
      }
    }
    if (piece.target().left.decrementAndGet() == 0) {
      finish(piece.target());
    }
  }

  private void finish(Target target) throws IOException {
    MountEntry entry = target.entry;
    try (Directory directory = Directory.open(staging)) {
      TreeWriter.describe(directory, target.name, entry);
    }
    staged.put(entry.path(), target.name);
  }

  /** Stops what is under way. */
  @Override
  public void close() {
    threads.shutdownNow();
    threads.close();
  }
}
