package dev.brickyard.engine.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brickyard.engine.cache.LayerImageStore;
import dev.brickyard.engine.cache.MemoryLayerImageStore;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.layer.Compression;
import dev.brickyard.engine.layer.Layer;
import dev.brickyard.engine.linux.Mounts;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Layer images on their way through the farm's store, whatever becomes of them there. */
class LayerImagesIT {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final LayerSource NO_BLOBS =
      layer -> {
        throw new IOException("no blob may be read");
      };

  /** Large enough for several connections: runs of 4 MiB each. */
  private static final int BYTES = 11 << 20;

  @TempDir Path folder;
  private final TestLayers layers = new TestLayers();
  private final MemoryLayerImageStore images = new MemoryLayerImageStore();

  @AfterEach
  void nothingStaysMounted() throws IOException {
    assertThat(Mounts.below(folder)).isEmpty();
  }

  private LayerStore worker(String name, LayerSource source, LayerImageStore images)
      throws IOException {
    return TestLayers.store(folder.resolve(name), source, images, DiskBudget.WHOLE_DISK);
  }

  private void imageOf(Layer layer) throws Exception {
    try (LayerStore maker = worker("maker-" + layer.diffId().hex(), layers, images)) {
      maker.unpacked(layer);
      assertThat(maker.awaitImages(SOON)).isTrue();
    }
    assertThat(images.has(layer.diffId())).isTrue();
  }

  private static void assertContent(LayerStore store, Layer layer, String name) throws Exception {
    assertThat(Files.readAllBytes(store.unpacked(layer).resolve("data/" + name)))
        .isEqualTo(TestLayers.content(name, BYTES));
  }

  @Test
  void whatOneWorkerUnpackedTheNextOneMounts() throws Exception {
    Layer layer = layers.random("a", BYTES);
    imageOf(layer);
    try (LayerStore next = worker("next", NO_BLOBS, images)) {
      assertContent(next, layer, "a");
      try (InputStream packed = images.open(layer.diffId()).orElseThrow()) {
        assertThat(next.bytesFetched()).isEqualTo(packed.readAllBytes().length);
      }
    }
  }

  @Test
  void whatAStepMadeGetsAnImageToo() throws Exception {
    Layer made;
    try (LayerStore maker = worker("maker", layer -> Files.newInputStream(blobOf(layer)), images)) {
      WritableRoot root = maker.mount(List.of());
      Files.write(root.root().resolve("f"), TestLayers.content("f", 3 << 20));
      made = maker.commit(root, Compression.NONE, Optional.empty()).layer();
      assertThat(maker.awaitImages(SOON)).isTrue();
    }
    try (LayerStore next = worker("next", NO_BLOBS, images);
        WritableRoot root = next.mount(List.of(made))) {
      assertThat(Files.readAllBytes(root.root().resolve("f")))
          .isEqualTo(TestLayers.content("f", 3 << 20));
    }
  }

  private Path blobOf(Layer layer) throws IOException {
    try (Stream<Path> blobs = Files.list(folder.resolve("maker/blobs"))) {
      return blobs.findFirst().orElseThrow(() -> new IOException("no blob of " + layer));
    }
  }

  static Stream<Arguments> damages() {
    return Stream.of(
        damage("nothing is left", image -> new byte[0]),
        damage("cut within the header", image -> Arrays.copyOf(image, 90)),
        damage("cut within the first run", image -> Arrays.copyOf(image, 1 << 20)),
        damage("cut at the end", image -> Arrays.copyOf(image, image.length - 1)),
        damage("a bit of the magic", image -> flip(image, 3)),
        damage("a bit of the layer's name", image -> flip(image, 20)),
        damage("a bit of the size", image -> flip(image, 44)),
        damage("a bit of a frame's digest", image -> flip(image, 100)),
        damage("a bit of the first frame", image -> flip(image, 5000)),
        damage("a bit of the last frame", image -> flip(image, image.length - 5)),
        damage("zeros", image -> new byte[image.length]));
  }

  private static Arguments damage(String name, UnaryOperator<byte[]> how) {
    return Arguments.of(name, how);
  }

  private static byte[] flip(byte[] bytes, int at) {
    bytes[at] ^= 4;
    return bytes;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("damages")
  void aDamagedImageIsAMissAndIsReplaced(String name, UnaryOperator<byte[]> how) throws Exception {
    Layer layer = layers.random("a", BYTES);
    imageOf(layer);
    images.damage(layer.diffId(), how);
    try (LayerStore next = worker("next", layers, images)) {
      assertContent(next, layer, "a");
      assertThat(next.awaitImages(SOON)).isTrue();
    }
    try (LayerStore third = worker("third", NO_BLOBS, images)) {
      assertContent(third, layer, "a");
    }
  }

  @Test
  void theImageOfAnotherLayerIsAMiss() throws Exception {
    Layer layer = layers.random("a", BYTES);
    Layer other = layers.random("b", BYTES);
    imageOf(layer);
    imageOf(other);
    byte[] swapped;
    try (InputStream in = images.open(other.diffId()).orElseThrow()) {
      swapped = in.readAllBytes();
    }
    images.damage(layer.diffId(), image -> swapped);
    try (LayerStore next = worker("next", layers, images)) {
      assertContent(next, layer, "a");
    }
  }

  /** A store whose every stream passes through here. */
  private abstract class Passing implements LayerImageStore {
    abstract InputStream pass(InputStream in);

    @Override
    public boolean has(Digest diffId) {
      return images.has(diffId);
    }

    @Override
    public Optional<InputStream> open(Digest diffId) {
      return images.open(diffId).map(this::pass);
    }

    @Override
    public Optional<InputStream> open(Digest diffId, long offset, long length) {
      return images.open(diffId, offset, length).map(this::pass);
    }

    @Override
    public void put(Digest diffId, Path file) throws IOException {
      images.put(diffId, file);
    }

    @Override
    public void discard(Digest diffId) {
      images.discard(diffId);
    }
  }

  @Test
  void aStoreThatBreaksOffCostsTimeOnly() throws Exception {
    Layer layer = layers.random("a", BYTES);
    imageOf(layer);
    LayerImageStore breaking =
        new Passing() {
          @Override
          InputStream pass(InputStream in) {
            return new FilterInputStream(in) {
              private int left = 2 << 20;

              @Override
              public int read(byte[] bytes, int offset, int length) throws IOException {
                if (left <= 0) {
                  throw new IOException("the connection broke");
                }
                int n = super.read(bytes, offset, Math.min(length, left));
                left -= n;
                return n;
              }
            };
          }
        };
    try (LayerStore next = worker("next", layers, breaking)) {
      assertContent(next, layer, "a");
    }
    assertThat(images.has(layer.diffId())).isTrue();
  }

  @Test
  void aSlowImageIsFetchedOnceForAll() throws Exception {
    Layer layer = layers.random("a", BYTES);
    imageOf(layer);
    CountDownLatch asked = new CountDownLatch(4);
    LayerImageStore slow =
        new Passing() {
          @Override
          InputStream pass(InputStream in) {
            return new FilterInputStream(in) {
              @Override
              public int read(byte[] bytes, int offset, int length) throws IOException {
                try {
                  asked.await();
                } catch (InterruptedException e) {
                  throw new IOException(e);
                }
                return super.read(bytes, offset, length);
              }
            };
          }
        };
    try (LayerStore next = worker("next", NO_BLOBS, slow);
        ExecutorService askers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Path>> answers =
          Stream.generate(
                  () ->
                      askers.submit(
                          () -> {
                            asked.countDown();
                            return next.unpacked(layer);
                          }))
              .limit(4)
              .toList();
      for (Future<Path> answer : answers) {
        assertThat(answer.get().resolve("data/a")).hasSize(BYTES);
      }
      try (InputStream packed = images.open(layer.diffId()).orElseThrow()) {
        assertThat(next.bytesFetched()).isEqualTo(packed.readAllBytes().length);
      }
    }
  }

  @Test
  void mountsOfAKilledWorkerAreTakenAwayAndItsImagesKept() throws Exception {
    Layer layer = layers.random("a", BYTES);
    LayerStore killed = worker("worker", layers, LayerImageStore.NONE);
    WritableRoot root = killed.mount(List.of(layer));
    assertThat(Mounts.below(folder)).hasSize(2);
    try (LayerStore next = worker("worker", NO_BLOBS, LayerImageStore.NONE)) {
      assertThat(Mounts.below(folder)).isEmpty();
      assertContent(next, layer, "a");
    }
    assertThat(root.root()).doesNotExist();
  }

  @Test
  void imagesThatReachedTheDiskOutliveTheMachine() throws Exception {
    Layer layer = layers.random("a", BYTES);
    Layer late = layers.random("late", BYTES);
    try (LayerStore before = worker("worker", layers, images)) {
      before.unpacked(layer);
      assertThat(before.awaitImages(SOON)).isTrue();
    }
    try (LayerStore before = worker("worker", layers, LayerImageStore.NONE)) {
      before.unpacked(late);
      Files.writeString(folder.resolve("worker/boot"), "another boot");
    }
    Path settled = folder.resolve("worker/images/" + layer.diffId().hex());
    assertThat(settled).exists();
    try (LayerStore after = worker("worker", NO_BLOBS, LayerImageStore.NONE)) {
      assertThat(after.has(layer)).isTrue();
      assertThat(after.has(late)).isFalse();
      assertContent(after, layer, "a");
    }
  }

  @Test
  void aWorkerThatStopsLeavesNothingHalfMade() throws Exception {
    Layer layer = layers.random("a", BYTES);
    try (LayerStore maker = worker("maker", layers, images)) {
      maker.unpacked(layer);
    }
    try (Stream<Path> left = Files.list(folder.resolve("maker/tmp"))) {
      assertThat(left).isEmpty();
    }
    try (LayerStore next = worker("next", layers, images)) {
      assertContent(next, layer, "a");
    }
  }
}
