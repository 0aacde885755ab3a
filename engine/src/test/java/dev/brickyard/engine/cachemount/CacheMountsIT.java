package dev.brickyard.engine.cachemount;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brickyard.engine.StepId;
import dev.brickyard.engine.cache.BuildCache;
import dev.brickyard.engine.cache.CacheMountPolicy;
import dev.brickyard.engine.cache.CacheScope;
import dev.brickyard.engine.dockerfile.RunMount;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.linux.Directory;
import dev.brickyard.engine.linux.FileStatus;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Cache mounts on the disks of several workers, without processes. Needs root. */
class CacheMountsIT {
  private static final CacheScope SCOPE = new CacheScope("shop");
  private static final BuildCache CACHE = BuildCache.of(SCOPE);
  private static final MountKey KEY = MountKey.of(SCOPE, "/c");
  private static final StepId STEP = new StepId("step");

  @TempDir Path folder;
  private final MemoryCacheMountStore store = new MemoryCacheMountStore();
  private final List<CacheMounts> workers = new ArrayList<>();

  private CacheMounts worker() throws IOException {
    return worker("worker-" + workers.size());
  }

  private CacheMounts worker(String name) throws IOException {
    CacheMounts worker =
        new CacheMounts(folder.resolve(name), store, name, Clock.systemUTC(), Duration.ofMillis(1));
    workers.add(worker);
    return worker;
  }

  @AfterEach
  void close() {
    store.setAway(true);
    workers.forEach(CacheMounts::close);
  }

  private static RunMount.Cache mount(RunMount.Sharing sharing) {
    return new RunMount.Cache(
        "/c",
        "/c",
        sharing,
        false,
        Optional.empty(),
        "",
        OptionalInt.empty(),
        OptionalLong.empty(),
        OptionalLong.empty());
  }

  private static final RunMount.Cache SHARED = mount(RunMount.Sharing.SHARED);

  /** What a process does in the directory. */
  private interface Work {
    void in(Path directory) throws Exception;
  }

  private static void use(CacheMounts worker, Work work) throws Exception {
    use(worker, CACHE, work);
  }

  private static void use(CacheMounts worker, BuildCache cache, Work work) throws Exception {
    try (CacheMountLease lease = worker.take(cache, SHARED, STEP)) {
      work.in(lease.directory());
      lease.worthSaving();
    }
    worker.awaitSaved();
  }

  private static void write(Path directory, String name, String content) throws IOException {
    Path file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }

  private static List<String> list(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory, new FileVisitOption[0])) {
      return files
          .filter(file -> !file.equals(directory))
          .map(file -> directory.relativize(file).toString())
          .sorted()
          .toList();
    }
  }

  private static byte[] random(long seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  @Test
  void everythingAboutAFileTravelsAndNothingElseDoes() throws Exception {
    use(
        worker(),
        c -> {
          write(c, "dir/file", "content");
          Files.createLink(c.resolve("dir/other"), c.resolve("dir/file"));
          Files.createSymbolicLink(c.resolve("link"), Path.of("../../etc/passwd"));
          Files.write(c.resolve("large"), random(1, 5 << 20));
          Files.createFile(c.resolve("empty"));
          try (Directory directory = Directory.open(c)) {
            directory.setOwner("large", 1234, 4_000_000_000L);
            directory.setMode("large", 06751);
            directory.setAttribute("large", "user.note", new byte[] {0, 1, (byte) 255});
            directory.setTimes("large", 2000, 1000, 123_456_789);
            directory.makeNode("device", FileStatus.CHARACTER_DEVICE | 0600, 1L << 32 | 3);
            directory.makeNode("fifo", FileStatus.FIFO | 0600, 0);
            directory.makeDirectory("odd\udc80name", 0700);
          }
          try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            // By a short path: a socket's address has room for a hundred bytes only.
            Path link = Files.createTempDirectory("s").resolve("c");
            Files.createSymbolicLink(link, c);
            try {
              socket.bind(UnixDomainSocketAddress.of(link.resolve("socket")));
            } finally {
              Files.delete(link);
              Files.delete(link.getParent());
            }
          }
          Files.setLastModifiedTime(c.resolve("dir"), FileTime.from(Instant.ofEpochSecond(500)));
        });
    use(
        worker(),
        c -> {
          try (Directory directory = Directory.open(c)) {
            assertThat(directory.list())
                .containsExactlyInAnyOrder("dir", "link", "large", "empty", "odd\udc80name");
            FileStatus large = directory.status("large");
            assertThat(large.uid()).isEqualTo(1234);
            assertThat(large.gid()).isEqualTo(4_000_000_000L);
            assertThat(large.permissions()).isEqualTo(06751);
            assertThat(large.mtime()).isEqualTo(1000);
            assertThat(large.mtimeNanos()).isEqualTo(123_456_789);
            assertThat(directory.attribute("large", "user.note").orElseThrow())
                .containsExactly(0, 1, 255);
            assertThat(directory.readLink("link")).isEqualTo("../../etc/passwd");
            assertThat(directory.status("dir").mtime()).isEqualTo(500);
          }
          assertThat(Files.readAllBytes(c.resolve("large"))).isEqualTo(random(1, 5 << 20));
          assertThat(Files.readString(c.resolve("dir/other"))).isEqualTo("content");
          assertThat(Files.getAttribute(c.resolve("dir/other"), "unix:nlink")).isEqualTo(2);
          assertThat(Files.size(c.resolve("empty"))).isZero();
        });
  }

  @Test
  void onlyWhatChangedMoves() throws Exception {
    CacheMounts one = worker();
    use(
        one,
        c -> {
          for (int i = 0; i < 2000; i++) {
            Path file = c.resolve("small/" + i % 50 + "/" + i);
            Files.createDirectories(file.getParent());
            Files.write(file, random(i, 2000));
          }
          Files.write(c.resolve("large"), random(-1, 16 << 20));
        });
    long whole = store.bytesWritten();
    assertThat(whole).isBetween(20_000_000L, 21_000_000L);
    // Small files share chunks: many times fewer requests than files.
    assertThat(one.figures().savedChunks()).isLessThan(60);
    CacheMounts two = worker();
    use(two, c -> assertThat(list(c)).hasSize(2052));
    assertThat(store.bytesRead()).isEqualTo(whole);
    use(
        two,
        c -> {
          byte[] large = random(-1, 16 << 20);
          large[8 << 20] ^= 1;
          Files.write(c.resolve("large"), large);
          Files.write(c.resolve("small/7/7"), random(99, 2000));
          // The same content under another name needs no bytes at all.
          Files.copy(c.resolve("small/8/8"), c.resolve("copy"));
        });
    assertThat(store.bytesWritten() - whole).isBetween(200_000L, 4_500_000L);
    long before = store.bytesRead();
    use(
        one,
        c -> {
          assertThat(Files.readAllBytes(c.resolve("small/7/7"))).isEqualTo(random(99, 2000));
          assertThat(Files.readAllBytes(c.resolve("copy"))).isEqualTo(random(8, 2000));
          assertThat(Files.readAllBytes(c.resolve("small/9/9"))).isEqualTo(random(9, 2000));
        });
    // The changed files alone: the large one, and chunks with the two small ones.
    assertThat(store.bytesRead() - before).isLessThan(24_000_000);
    assertThat(one.figures().restoredFiles()).isEqualTo(3);
    long written = store.bytesWritten();
    use(one, c -> Files.readAllBytes(c.resolve("large")));
    assertThat(store.bytesWritten()).isEqualTo(written);
  }

  @Test
  void twoWorkersThatSaveAtOnceBothCount() throws Exception {
    CacheMounts one = worker();
    CacheMounts two = worker();
    use(
        one,
        c -> {
          write(c, "kept", "kept");
          write(c, "removed", "by one");
          write(c, "both", "0");
        });
    use(two, c -> assertThat(list(c)).containsExactly("both", "kept", "removed"));
    store.beforeNextAdd(
        () -> {
          try {
            use(
                two,
                c -> {
                  write(c, "two", "2");
                  write(c, "both", "two");
                });
          } catch (Exception e) {
            throw new AssertionError(e);
          }
        });
    use(
        one,
        c -> {
          Files.delete(c.resolve("removed"));
          write(c, "one", "1");
          write(c, "both", "one");
        });
    assertThat(store.latest(KEY)).hasValue(3);
    for (CacheMounts worker : List.of(one, two, worker())) {
      use(
          worker,
          c -> {
            assertThat(list(c)).containsExactly("both", "kept", "one", "two");
            assertThat(Files.readString(c.resolve("both"))).isEqualTo("one");
          });
    }
    assertThat(store.latest(KEY)).hasValue(3);
  }

  @Test
  void aCorruptChunkLosesItsFilesAloneAndHeals() throws Exception {
    CacheMounts one = worker();
    use(
        one,
        c -> {
          Files.write(c.resolve("large"), random(1, 3 << 20));
          write(c, "small", "small");
        });
    MountEntry large =
        store
            .latestGeneration(KEY)
            .entries()
            .get(new dev.brickyard.engine.layer.ImagePath("large"));
    Digest bad = large.content().orElseThrow().slices().get(1).chunk().digest();
    store.damageChunk(SCOPE, bad);
    CacheMounts two = worker();
    use(two, c -> assertThat(list(c)).containsExactly("small"));
    assertThat(two.figures().lostFiles()).isEqualTo(1);
    assertThat(store.chunksOf(SCOPE)).doesNotContain(bad);
    assertThat(store.latestGeneration(KEY).entries().keySet())
        .extracting(Object::toString)
        .containsExactly("", "small");
    // The one that lost it makes the very same file again: its bytes are stored anew.
    use(two, c -> Files.write(c.resolve("large"), random(1, 3 << 20)));
    use(
        worker(),
        c -> assertThat(Files.readAllBytes(c.resolve("large"))).isEqualTo(random(1, 3 << 20)));
  }

  @Test
  void aFileMadeAgainAfterItsChunkWasLostIsStoredAnew() throws Exception {
    use(worker(), c -> write(c, "file", "same content"));
    store.dropChunks();
    CacheMounts two = worker();
    use(two, c -> write(c, "file", "same content"));
    use(worker(), c -> assertThat(Files.readString(c.resolve("file"))).isEqualTo("same content"));
  }

  @Test
  void aDamagedGenerationIsAsGoodAsNone() throws Exception {
    use(worker(), c -> write(c, "one", "1"));
    store.damageGeneration(KEY, 1);
    CacheMounts two = worker();
    use(
        two,
        c -> {
          assertThat(list(c)).isEmpty();
          write(c, "two", "2");
        });
    assertThat(two.figures().failures()).isEqualTo(1);
    use(worker(), c -> assertThat(list(c)).containsExactly("two"));
  }

  @Test
  void withoutTheStoreAWorkerGoesOnAndCatchesUp() throws Exception {
    CacheMounts one = worker();
    use(one, c -> write(c, "before", "x"));
    store.setAway(true);
    use(one, c -> write(c, "meanwhile", "x"));
    CacheMounts two = worker();
    use(two, c -> write(c, "elsewhere", "x"));
    store.setAway(false);
    use(one, c -> assertThat(list(c)).containsExactly("before", "meanwhile"));
    use(two, c -> assertThat(list(c)).containsExactly("before", "elsewhere", "meanwhile"));
    use(worker(), c -> assertThat(list(c)).containsExactly("before", "elsewhere", "meanwhile"));
  }

  @Test
  void whatTheStoreForgotIsSavedAgain() throws Exception {
    CacheMounts one = worker();
    use(one, c -> write(c, "a", "1"));
    use(one, c -> write(c, "b", "2"));
    store.clear();
    use(one, c -> assertThat(list(c)).containsExactly("a", "b"));
    use(worker(), c -> assertThat(list(c)).containsExactly("a", "b"));
  }

  @Test
  void aRestartedWorkerKnowsWhatItHas() throws Exception {
    use(worker("same"), c -> write(c, "a", "1"));
    long written = store.bytesWritten();
    CacheMounts again = worker("same");
    use(again, c -> assertThat(list(c)).containsExactly("a"));
    assertThat(store.bytesWritten()).isEqualTo(written);
    assertThat(again.figures()).isEqualTo(MountFigures.NONE);
    // Without its notes it has to read its files, but stores nothing twice.
    try (Stream<Path> files = Files.walk(folder.resolve("same"))) {
      for (Path state : files.filter(file -> file.endsWith("state")).toList()) {
        Files.delete(state);
      }
    }
    use(worker("same"), c -> write(c, "b", "2"));
    assertThat(store.bytesWritten()).isEqualTo(written + 1);
    use(worker(), c -> assertThat(list(c)).containsExactly("a", "b"));
  }

  @Test
  void aSaveThatDiesLeavesTheOldGeneration() throws Exception {
    CacheMounts one = worker();
    use(one, c -> write(c, "a", "1"));
    store.beforeNextAdd(() -> store.setAway(true));
    use(one, c -> write(c, "b", "2"));
    store.setAway(false);
    assertThat(store.latest(KEY)).hasValue(1);
    use(worker(), c -> assertThat(list(c)).containsExactly("a"));
    use(one, c -> assertThat(list(c)).containsExactly("a", "b"));
    use(worker(), c -> assertThat(list(c)).containsExactly("a", "b"));
  }

  @Test
  void aWorkerThatClosesSavesFirst() throws Exception {
    CacheMounts one = worker();
    try (CacheMountLease lease = one.take(CACHE, SHARED, STEP)) {
      write(lease.directory(), "a", "1");
      lease.worthSaving();
    }
    one.close();
    use(worker(), c -> assertThat(list(c)).containsExactly("a"));
  }

  @Test
  void theCapDropsWhatWasNotUsedForLongest() throws Exception {
    BuildCache capped = CACHE.withMounts(new CacheMountPolicy(true, 4 << 20));
    CacheMounts one = worker();
    use(
        one,
        capped,
        c -> {
          for (int i = 0; i < 6; i++) {
            Files.write(c.resolve("f" + i), random(i, 1 << 20));
            try (Directory directory = Directory.open(c)) {
              directory.setTimes("f" + i, 1000 + i, 1000 + i, 0);
            }
          }
        });
    assertThat(store.latestGeneration(KEY).size()).isLessThanOrEqualTo(4 << 20);
    use(worker(), capped, c -> assertThat(list(c)).containsExactly("f3", "f4", "f5"));
    use(one, capped, c -> assertThat(list(c)).containsExactly("f3", "f4", "f5"));
  }

  @Test
  void aProjectCanKeepItsMountsToEachWorker() throws Exception {
    BuildCache local = CACHE.withMounts(new CacheMountPolicy(false, 1 << 20));
    CacheMounts one = worker();
    use(one, local, c -> write(c, "a", "1"));
    use(one, local, c -> assertThat(list(c)).containsExactly("a"));
    assertThat(store.latest(KEY)).isEmpty();
    use(worker(), local, c -> assertThat(list(c)).isEmpty());
  }

  @Test
  void aBranchStartsFromItsProjectAndKeepsItsChangesToItself() throws Exception {
    BuildCache branch = BuildCache.of(SCOPE.within("branch"));
    use(worker(), c -> Files.write(c.resolve("large"), random(1, 8 << 20)));
    long written = store.bytesWritten();
    CacheMounts two = worker();
    use(
        two,
        branch,
        c -> {
          assertThat(list(c)).containsExactly("large");
          write(c, "branch", "b");
        });
    // What the project has is not stored again.
    assertThat(store.bytesWritten() - written).isLessThan(100);
    use(worker(), c -> assertThat(list(c)).containsExactly("large"));
    use(worker(), branch, c -> assertThat(list(c)).containsExactly("branch", "large"));
  }

  @Test
  void evictionTakesTheLeastRecentlyUsedThatIsSavedAndFree() throws Exception {
    CacheMounts one = worker();
    use(one, c -> Files.write(c.resolve("x"), random(1, 100_000)));
    BuildCache other = BuildCache.of(new CacheScope("other"));
    try (CacheMountLease held = one.take(other, SHARED, STEP)) {
      write(held.directory(), "held", "x");
      assertThat(one.evictLeastRecentlyUsed(Long.MAX_VALUE)).isBetween(100_000L, 200_000L);
      assertThat(Files.exists(held.directory())).isTrue();
    }
    assertThat(one.evictLeastRecentlyUsed(Long.MAX_VALUE)).isPositive();
    try (Stream<Path> files = Files.walk(folder)) {
      assertThat(files.filter(file -> file.endsWith("content")).toList()).isEmpty();
    }
    use(one, c -> assertThat(list(c)).containsExactly("x"));
  }

  @Test
  void nothingIsWrittenThroughALinkThatABuildPlanted() throws Exception {
    CacheMounts one = worker();
    CacheMounts two = worker();
    Path outside = Files.createDirectory(folder.resolve("outside"));
    use(one, c -> write(c, "dir/a", "1"));
    use(two, c -> assertThat(list(c)).containsExactly("dir", "dir/a"));
    use(one, c -> write(c, "dir/b", "2"));
    // Not saved: the next update meets the link where a directory should be.
    try (CacheMountLease lease = two.take(CACHE, SHARED, STEP)) {
      Path dir = lease.directory().resolve("dir");
      try (Stream<Path> files = Files.list(dir)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(dir);
      Files.createSymbolicLink(dir, outside);
    }
    use(one, c -> write(c, "dir/c", "3"));
    use(two, c -> {});
    assertThat(list(outside)).isEmpty();
  }

  @Test
  void manySmallSavesAreCompacted() throws Exception {
    CacheMounts one = worker();
    for (int i = 0; i < 40; i++) {
      int n = i;
      use(one, c -> write(c, "f" + n, "content of " + n));
    }
    Set<Chunk> chunks = store.latestGeneration(KEY).chunks();
    assertThat(chunks).hasSizeLessThan(35);
    use(worker(), c -> assertThat(Files.readString(c.resolve("f7"))).isEqualTo("content of 7"));
  }

  @Test
  void sharingModesOnOneWorker() throws Exception {
    CacheMounts one = worker();
    RunMount.Cache privately = mount(RunMount.Sharing.PRIVATE);
    use(one, c -> write(c, "old", "x"));
    try (CacheMountLease first = one.take(CACHE, privately, STEP);
        CacheMountLease second = one.take(CACHE, privately, STEP)) {
      assertThat(second.directory()).isNotEqualTo(first.directory());
      assertThat(list(second.directory())).containsExactly("old");
      write(first.directory(), "first", "1");
      write(second.directory(), "second", "2");
      assertThat(list(second.directory())).containsExactly("old", "second");
      first.worthSaving();
      second.worthSaving();
    }
    one.awaitSaved();
    use(worker(), c -> assertThat(list(c)).containsExactly("first", "old", "second"));
    try (Stream<Path> files = Files.walk(folder.resolve("worker-0/forks"))) {
      assertThat(files.skip(1)).isEmpty();
    }
    try (CacheMountLease a = one.take(CACHE, SHARED, STEP);
        CacheMountLease b = one.take(CACHE, SHARED, STEP)) {
      assertThat(b.directory()).isEqualTo(a.directory());
      Thread waiting =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try (CacheMountLease c =
                        one.take(CACHE, mount(RunMount.Sharing.LOCKED), STEP)) {
                      throw new AssertionError("it was not locked: " + c.directory());
                    } catch (IOException e) {
                      throw new AssertionError(e);
                    } catch (InterruptedException e) {
                      Thread.currentThread().interrupt();
                    }
                  });
      while (waiting.getState() != Thread.State.WAITING) {
        Thread.onSpinWait();
      }
      waiting.interrupt();
      waiting.join();
    }
    try (CacheMountLease locked = one.take(CACHE, mount(RunMount.Sharing.LOCKED), STEP)) {
      assertThat(list(locked.directory())).contains("old");
    }
  }

  @Test
  void aFolderThatCannotBeUsedIsSaidSo() throws Exception {
    CacheMounts one = worker();
    Files.writeString(folder.resolve("worker-0/mounts"), "in the way");
    assertThatThrownBy(() -> one.take(CACHE, SHARED, STEP)).isInstanceOf(IOException.class);
    assertThat(
            new String(
                Files.readAllBytes(folder.resolve("worker-0/mounts")), StandardCharsets.UTF_8))
        .isEqualTo("in the way");
  }
}
