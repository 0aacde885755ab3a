package dev.brickyard.engine.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brickyard.engine.cache.LayerImageStore;
import dev.brickyard.engine.layer.Compression;
import dev.brickyard.engine.layer.ImagePath;
import dev.brickyard.engine.layer.Layer;
import dev.brickyard.engine.layer.NewLayer;
import dev.brickyard.engine.linux.Mounts;
import dev.brickyard.engine.testing.SmallDisk;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A layer store on a real file system of 64 MiB. */
class FullDiskIT {
  private static final int MIB = 1 << 20;
  private static final DiskBudget WHOLE = DiskBudget.WHOLE_DISK;

  @TempDir Path folder;
  private SmallDisk small;
  private Path disk;
  private Path data;
  private final TestLayers layers = new TestLayers();

  @BeforeEach
  void mountDisk() throws Exception {
    small = new SmallDisk(folder, 64);
    disk = small.directory();
    data = disk.resolve("data");
  }

  @AfterEach
  void unmountDisk() throws IOException {
    small.close();
  }

  private LayerStore store(DiskBudget budget) throws IOException {
    return layers.store(data, LayerImageStore.NONE, budget);
  }

  private List<Layer> layers(int count, int bytes) throws IOException {
    List<Layer> made = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      made.add(layers.random("f" + i, bytes));
    }
    return made;
  }

  @Test
  void theLeastRecentlyUsedMakeRoom() throws Exception {
    List<Layer> many = layers(12, 10 * MIB);
    try (LayerStore store = store(WHOLE)) {
      for (Layer layer : many) {
        store.unpacked(layer);
        // Used again and again, the first one stays.
        store.unpacked(many.getFirst());
      }
      assertThat(store.has(many.getFirst())).isTrue();
      assertThat(store.has(many.getLast())).isTrue();
      assertThat(store.has(many.get(1))).isFalse();
      DiskFigures figures = store.disk();
      assertThat(figures.evictedLayers())
          .isEqualTo(many.stream().filter(l -> !store.has(l)).count());
      assertThat(figures.evictedBytes()).isGreaterThanOrEqualTo(figures.evictedLayers() * 10 * MIB);
      assertThat(figures.layerBytes()).isBetween(20L * MIB, 64L * MIB);
    }
  }

  @Test
  void whatIsInUseStaysAndTheFailureNamesTheNumbers() throws Exception {
    List<Layer> used = layers(3, 15 * MIB);
    Layer more = layers.random("more", 20 * MIB);
    try (LayerStore store = store(WHOLE)) {
      try (WritableRoot root = store.mount(used)) {
        assertThatThrownBy(() -> store.unpacked(more))
            .isInstanceOf(DiskFullException.class)
            .hasMessageContaining("does not fit on the worker's disk")
            .hasMessageMatching(".*layers take 45.. MiB, of which 45.. MiB are in use");
        assertThat(Files.readAllBytes(root.root().resolve("data/f0")))
            .isEqualTo(TestLayers.content("f0", 15 * MIB));
      }
      assertThat(store.unpacked(more).resolve("data/more")).hasSize(20 * MIB);
    }
  }

  @Test
  void anOpenFileKeepsItsLayer() throws Exception {
    Layer read = layers.random("read", 10 * MIB);
    try (LayerStore store = store(WHOLE)) {
      try (InputStream in = store.open(read, new ImagePath("data/read"))) {
        byte[] half = in.readNBytes(5 * MIB);
        for (Layer other : layers(8, 12 * MIB)) {
          store.unpacked(other);
        }
        assertThat(store.has(read)).isTrue();
        assertThat(half.length + in.readAllBytes().length).isEqualTo(10 * MIB);
      }
    }
  }

  @Test
  void aStepsLayerIsKeptOnAFullDisk() throws Exception {
    try (LayerStore store = store(WHOLE)) {
      for (Layer layer : layers(4, 10 * MIB)) {
        store.unpacked(layer);
      }
      WritableRoot root = store.mount(List.of());
      Files.write(root.root().resolve("made"), TestLayers.content("made", 15 * MIB));
      NewLayer made = store.commit(root, Compression.NONE, Optional.empty());
      assertThat(store.has(made.layer())).isTrue();
      assertThat(store.disk().evictedLayers()).isPositive();
    }
  }

  @Test
  void roomIsMadeWhileAProcessWrites() throws Exception {
    DiskBudget reserve =
        new DiskBudget(new DiskMark.OfFileSystem(100), new DiskMark.OfFileSystem(100), 15 * MIB);
    try (LayerStore store = store(reserve)) {
      for (Layer layer : layers(4, 9 * MIB)) {
        store.unpacked(layer);
      }
      try (WritableRoot root = store.mount(List.of())) {
        long before = store.disk().evictedLayers();
        Files.write(root.root().resolve("a"), TestLayers.content("a", 12 * MIB));
        long deadline = System.nanoTime() + 30_000_000_000L;
        while (store.disk().evictedLayers() == before) {
          assertThat(System.nanoTime()).isLessThan(deadline);
          Thread.onSpinWait();
        }
        Files.write(root.root().resolve("b"), TestLayers.content("b", 12 * MIB));
      }
    }
  }

  @Test
  void waterMarksBoundWhatLayersTake() throws Exception {
    DiskBudget marks =
        new DiskBudget(new DiskMark.OfLayers(30 * MIB), new DiskMark.OfLayers(15 * MIB), 0);
    try (LayerStore store = store(marks)) {
      for (Layer layer : layers(10, 4 * MIB)) {
        store.unpacked(layer);
        assertThat(store.disk().layerBytes()).isLessThan(35L * MIB);
      }
      try (WritableRoot _ = store.mount(List.of())) {
        assertThat(store.disk().layerBytes()).isLessThanOrEqualTo(30L * MIB);
      }
    }
  }

  @Test
  void theOrderOfUseSurvivesARestart() throws Exception {
    List<Layer> some = layers(4, 10 * MIB);
    try (LayerStore store = store(WHOLE)) {
      for (Layer layer : some) {
        store.unpacked(layer);
      }
    }
    // As if the first had been used last.
    Path used = data.resolve("used");
    for (int i = 0; i < some.size(); i++) {
      Files.setLastModifiedTime(
          used.resolve(some.get(i).diffId().hex()),
          java.nio.file.attribute.FileTime.fromMillis(1_000_000L * (some.size() - i)));
    }
    try (LayerStore store = store(WHOLE)) {
      assertThat(some).allMatch(store::has);
      store.unpacked(layers.random("new", 25 * MIB));
      assertThat(store.has(some.getLast())).isFalse();
      assertThat(store.has(some.getFirst()) || store.disk().evictedLayers() == 4).isTrue();
    }
  }

  @Test
  void evictionRacesWithManyMounts() throws Exception {
    List<Layer> many = layers(14, 6 * MIB);
    try (LayerStore store = store(WHOLE);
        ExecutorService builds = Executors.newFixedThreadPool(4)) {
      List<Future<Integer>> outcomes = new ArrayList<>();
      for (int build = 0; build < 4; build++) {
        Random random = new Random(build);
        outcomes.add(
            builds.submit(
                () -> {
                  int done = 0;
                  for (int i = 0; i < 15; i++) {
                    int number = random.nextInt(many.size());
                    try (WritableRoot root = store.mount(List.of(many.get(number)))) {
                      assertThat(Files.readAllBytes(root.root().resolve("data/f" + number)))
                          .isEqualTo(TestLayers.content("f" + number, 6 * MIB));
                      done++;
                    }
                  }
                  return done;
                }));
      }
      for (Future<Integer> outcome : outcomes) {
        assertThat(outcome.get()).isEqualTo(15);
      }
      // A closed root is taken away, and its layers are let go, in the background.
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
      while (store.disk().heldBytes() > 0 && System.nanoTime() < deadline) {
        Thread.onSpinWait();
      }
      assertThat(store.disk().heldBytes()).isZero();
      assertThat(store.disk().evictedLayers()).isPositive();
    }
  }

  @Test
  void aFileSystemThatCannotHoldImagesUnpacks() throws Exception {
    Path memory = Files.createDirectory(folder.resolve("memory"));
    Mounts.mount("tmpfs", memory, "tmpfs", 0, "size=64m,mode=700");
    try {
      List<Layer> some = layers(8, 12 * MIB);
      try (LayerStore store = layers.store(memory.resolve("data"), LayerImageStore.NONE, WHOLE)) {
        for (Layer layer : some) {
          assertThat(store.unpacked(layer)).isDirectory();
        }
        assertThat(store.has(some.getLast())).isTrue();
        assertThat(store.disk().evictedLayers()).isPositive();
      }
    } finally {
      for (Path mount : Mounts.below(memory)) {
        Mounts.unmount(mount, Mounts.MNT_DETACH);
      }
    }
  }
}
