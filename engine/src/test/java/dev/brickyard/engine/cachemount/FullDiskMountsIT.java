package dev.brickyard.engine.cachemount;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brickyard.engine.StepId;
import dev.brickyard.engine.cache.BuildCache;
import dev.brickyard.engine.cache.CacheScope;
import dev.brickyard.engine.cache.LayerImageStore;
import dev.brickyard.engine.dockerfile.RunMount;
import dev.brickyard.engine.snapshot.DiskBudget;
import dev.brickyard.engine.snapshot.DiskMark;
import dev.brickyard.engine.snapshot.IndexSink;
import dev.brickyard.engine.snapshot.LayerStore;
import dev.brickyard.engine.snapshot.LayerStoreSettings;
import dev.brickyard.engine.snapshot.WritableRoot;
import dev.brickyard.engine.testing.SmallDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Cache mounts make room for steps on a real file system of 64 MiB. Needs root. */
class FullDiskMountsIT {
  private static final int MIB = 1 << 20;

  @TempDir Path folder;
  private SmallDisk small;
  private Path disk;
  private LayerStore layers;
  private CacheMounts mounts;

  @BeforeEach
  void open() throws Exception {
    small = new SmallDisk(folder, 64);
    disk = small.directory();
    DiskBudget reserve =
        new DiskBudget(new DiskMark.OfFileSystem(100), new DiskMark.OfFileSystem(100), 25 * MIB);
    layers =
        new LayerStore(
            disk.resolve("layers"),
            layer -> {
              throw new IOException("nothing is to be fetched");
            },
            new LayerStoreSettings(
                LayerImageStore.NONE, reserve, LayerStoreSettings.IMAGE_FROM_BYTES),
            IndexSink.NONE,
            Clock.systemUTC());
    mounts =
        new CacheMounts(
            disk.resolve("cache-mounts"),
            new MemoryCacheMountStore(),
            "worker",
            Clock.systemUTC(),
            Duration.ofMillis(1));
    layers.alsoEvict(mounts);
  }

  @AfterEach
  void close() throws IOException {
    try (SmallDisk _ = small) {
      mounts.close();
      layers.close();
    }
  }

  private CacheMountLease take(String scope) throws Exception {
    RunMount.Cache mount =
        new RunMount.Cache(
            "/c",
            "/c",
            RunMount.Sharing.SHARED,
            false,
            Optional.empty(),
            "",
            OptionalInt.empty(),
            OptionalLong.empty(),
            OptionalLong.empty());
    return mounts.take(BuildCache.of(new CacheScope(scope)), mount, new StepId("step"));
  }

  private Path filled(String scope, int age) throws Exception {
    Path home;
    try (CacheMountLease lease = take(scope)) {
      byte[] bytes = new byte[12 * MIB];
      new Random(age).nextBytes(bytes);
      Files.write(lease.directory().resolve("file"), bytes);
      lease.worthSaving();
      home = lease.directory().getParent();
    }
    mounts.awaitSaved();
    Files.setLastModifiedTime(home, FileTime.fromMillis(1_000_000L - age));
    return home;
  }

  private static byte[] random(int mib) {
    byte[] bytes = new byte[mib * MIB];
    new Random(mib).nextBytes(bytes);
    return bytes;
  }

  @Test
  void mountsThatAreFreeMakeRoomTheLeastRecentlyUsedFirst() throws Exception {
    Path newer = filled("newer", 1);
    Path older = filled("older", 2);
    Path used = filled("used", 3);
    try (CacheMountLease held = take("used");
        WritableRoot root = layers.mount(List.of())) {
      // Three mounts leave less than the reserve; one of them is enough.
      assertThat(older).doesNotExist();
      assertThat(newer).isDirectory();
      assertThat(used).isDirectory();
      Files.write(root.root().resolve("made"), random(15));
      long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
      while (Files.exists(newer)) {
        assertThat(System.nanoTime()).as("the second makes room too").isLessThan(deadline);
        Thread.onSpinWait();
      }
      assertThat(held.directory().resolve("file")).hasSize(12 * MIB);
    }
    // What was saved comes back.
    try (CacheMountLease again = take("older")) {
      assertThat(again.directory().resolve("file")).hasSize(12 * MIB);
    }
  }

  @Test
  void aFullDiskIsHelpedByMounts() throws Exception {
    Path home = filled("full", 1);
    int[] attempts = {0};
    layers.withRoom(
        "the test",
        () -> {
          if (attempts[0]++ == 0) {
            assertThat(home).isDirectory();
          }
          Path large = disk.resolve("large");
          Files.deleteIfExists(large);
          return Files.write(large, random(50));
        });
    assertThat(attempts[0]).isEqualTo(2);
    assertThat(home).doesNotExist();
  }
}
