package dev.brickyard.engine.cachemount;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brickyard.engine.cache.BlobNotFoundException;
import dev.brickyard.engine.cache.CacheScope;
import dev.brickyard.engine.cache.CorruptBlobException;
import dev.brickyard.engine.image.Digest;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What every {@link CacheMountStore} promises. */
public abstract class CacheMountStoreContract {
  protected static final CacheScope SCOPE = new CacheScope("shop");
  protected static final MountKey MOUNT = MountKey.of(SCOPE, "/root/.m2");

  /** An empty store. */
  protected abstract CacheMountStore store() throws Exception;

  /** Makes a stored chunk corrupt, behind the store's back. */
  protected abstract void damageChunk(CacheMountStore store, CacheScope scope, Digest chunk)
      throws Exception;

  /** Makes a stored generation unreadable, behind the store's back. */
  protected abstract void damageGeneration(CacheMountStore store, MountKey mount, long number)
      throws Exception;

  private static MountGeneration generation(long number, String content) {
    return new MountGeneration(
        number,
        Instant.ofEpochMilli(1000),
        "worker",
        new MountTree().directory("d").file("d/file", content).entries());
  }

  @Test
  void aGenerationComesBackAsItWas() throws Exception {
    CacheMountStore store = store();
    assertThat(store.latest(MOUNT)).isEmpty();
    assertThat(store.find(MOUNT, 1)).isEmpty();
    assertThat(store.add(MOUNT, generation(1, "one"))).isTrue();
    assertThat(store.latest(MOUNT)).hasValue(1);
    assertThat(store.find(MOUNT, 1)).contains(generation(1, "one"));
  }

  @Test
  void theHighestNumberIsTheLatest() throws Exception {
    CacheMountStore store = store();
    for (long number : new long[] {1, 2, 9, 10, 11, 100, 1L << 40}) {
      assertThat(store.add(MOUNT, generation(number, "x"))).isTrue();
      assertThat(store.latest(MOUNT)).hasValue(number);
    }
  }

  @Test
  void aNumberIsTakenOnceHoweverManyTry() throws Exception {
    CacheMountStore store = store();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<Boolean>> tries = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        String content = "by " + i;
        tries.add(() -> store.add(MOUNT, generation(5, content)));
      }
      long won = 0;
      int winner = -1;
      List<Future<Boolean>> outcomes = threads.invokeAll(tries);
      for (int i = 0; i < outcomes.size(); i++) {
        if (outcomes.get(i).get()) {
          won++;
          winner = i;
        }
      }
      assertThat(won).isEqualTo(1);
      assertThat(store.find(MOUNT, 5)).contains(generation(5, "by " + winner));
    }
  }

  @Test
  void mountsAndScopesAreKeptApart() throws Exception {
    CacheMountStore store = store();
    store.add(MOUNT, generation(1, "x"));
    assertThat(store.latest(MountKey.of(SCOPE, "/root"))).isEmpty();
    assertThat(store.latest(MountKey.of(new CacheScope("sho"), "/root/.m2"))).isEmpty();
    assertThat(store.latest(MountKey.of(SCOPE.within("main"), "/root/.m2"))).isEmpty();
    assertThat(store.add(MountKey.of(SCOPE.within("main"), "/root/.m2"), generation(1, "y")))
        .isTrue();
    assertThat(store.find(MOUNT, 1)).contains(generation(1, "x"));
  }

  @Test
  void aDamagedGenerationIsMissingAndItsNumberFree() throws Exception {
    CacheMountStore store = store();
    store.add(MOUNT, generation(1, "one"));
    store.add(MOUNT, generation(2, "two"));
    damageGeneration(store, MOUNT, 2);
    assertThat(store.find(MOUNT, 2)).isEmpty();
    assertThat(store.latest(MOUNT)).hasValue(1);
    assertThat(store.add(MOUNT, generation(2, "again"))).isTrue();
    assertThat(store.find(MOUNT, 2)).contains(generation(2, "again"));
  }

  private static Chunk chunk(byte[] bytes) {
    return new Chunk(Digest.of(bytes), bytes.length);
  }

  @Test
  void aChunkComesBackAndAScopeReadsItsProjects() throws Exception {
    CacheMountStore store = store();
    byte[] bytes = "chunk ".repeat(1000).getBytes(StandardCharsets.US_ASCII);
    Chunk chunk = chunk(bytes);
    store.putChunk(SCOPE, chunk, bytes);
    store.putChunk(SCOPE, chunk, bytes);
    assertThat(store.chunk(SCOPE, chunk)).isEqualTo(bytes);
    assertThat(store.chunk(SCOPE.within("branch"), chunk)).isEqualTo(bytes);
    assertThatThrownBy(() -> store.chunk(new CacheScope("other"), chunk))
        .isInstanceOf(BlobNotFoundException.class);
  }

  @Test
  void onlyTheFirstBytesOfALongerBufferAreTheChunk() throws Exception {
    CacheMountStore store = store();
    byte[] bytes = "chunk".getBytes(StandardCharsets.US_ASCII);
    store.putChunk(SCOPE, chunk(bytes), "chunk and more".getBytes(StandardCharsets.US_ASCII));
    assertThat(store.chunk(SCOPE, chunk(bytes))).isEqualTo(bytes);
  }

  @Test
  void aCorruptChunkIsToldAndHealsOnceDiscarded() throws Exception {
    CacheMountStore store = store();
    byte[] bytes = "chunk ".repeat(1000).getBytes(StandardCharsets.US_ASCII);
    Chunk chunk = chunk(bytes);
    store.putChunk(SCOPE, chunk, bytes);
    damageChunk(store, SCOPE, chunk.digest());
    assertThatThrownBy(() -> store.chunk(SCOPE, chunk)).isInstanceOf(CorruptBlobException.class);
    store.discardChunk(SCOPE, chunk.digest());
    store.discardChunk(SCOPE, chunk.digest());
    assertThatThrownBy(() -> store.chunk(SCOPE, chunk)).isInstanceOf(BlobNotFoundException.class);
    store.putChunk(SCOPE, chunk, bytes);
    assertThat(store.chunk(SCOPE, chunk)).isEqualTo(bytes);
  }
}
