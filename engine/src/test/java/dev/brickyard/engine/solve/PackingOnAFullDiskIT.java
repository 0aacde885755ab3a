package dev.brickyard.engine.solve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brickyard.engine.cache.LayerImageStore;
import dev.brickyard.engine.image.ImageReference;
import dev.brickyard.engine.snapshot.DiskBudget;
import dev.brickyard.engine.snapshot.LayerStoreSettings;
import dev.brickyard.engine.testing.SmallDisk;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A layer of 14 MiB is on the disk three times while it is packed: unpacked, as a tar, and packed.
 * Here there is room for two and a half. Needs root, a container runtime and docker-registry.
 */
class PackingOnAFullDiskIT {
  private static final int MIB = 1 << 20;
  private static final int HALF = 7 * MIB;

  @TempDir Path folder;
  private SmallDisk disk;
  private TestYard yard;
  private FarmBuildEngine worker;
  private ImageReference base;

  @BeforeEach
  void open() throws Exception {
    disk = new SmallDisk(folder, 128);
    yard = new TestYard(disk.directory());
    yard.layers =
        new LayerStoreSettings(LayerImageStore.NONE, DiskBudget.WHOLE_DISK, Long.MAX_VALUE);
    worker = yard.worker();
    ShellRoot.create(yard.context.resolve("shell"));
    byte[] random = new byte[HALF];
    new Random(1).nextBytes(random);
    Files.write(yard.context.resolve("shell/half"), random);
    base = yard.base(worker, "shell", "FROM scratch\nCOPY shell /\n");
  }

  @AfterEach
  void close() throws Exception {
    try (SmallDisk _ = disk) {
      yard.close();
    }
  }

  private void build(String name) throws Exception {
    yard.build(worker, "FROM " + base + "\nRUN cat /half /half > /" + name + "\n");
  }

  @Test
  void anUnusedLayerMakesRoom() throws Exception {
    build("old");
    disk.leave(5L * HALF);
    build("new");
    assertThat(worker.disk().evictedLayers()).isPositive();
  }
}
