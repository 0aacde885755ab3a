package dev.brickyard.engine.solve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brickyard.engine.cache.LayerIndexStore;
import dev.brickyard.engine.cache.LayerIndexStoreContract;
import dev.brickyard.engine.cache.MemoryLayerIndexStore;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.layer.ImagePath;
import dev.brickyard.engine.layer.LayerEntry;
import dev.brickyard.engine.layer.LayerIndex;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An index store with a part of it on this disk keeps an index store's promises, and a bound. */
class LocalLayerIndexesTest extends LayerIndexStoreContract {
  @TempDir private Path folder;
  private final MemoryLayerIndexStore shared = new MemoryLayerIndexStore();

  @Override
  protected LayerIndexStore store() throws IOException {
    return new LocalLayerIndexes(shared, folder);
  }

  @Override
  protected void damage(LayerIndexStore store, Digest diffId) throws IOException {
    shared.damage(diffId);
    spoil(diffId);
  }

  private void spoil(Digest diffId) throws IOException {
    Path file = folder.resolve(diffId.hex());
    byte[] content = Files.readAllBytes(file);
    content[content.length - 1] ^= 1;
    Files.write(file, content);
  }

  private static LayerIndex index(int files) {
    List<LayerEntry> entries =
        IntStream.range(0, files)
            .mapToObj(i -> LayerEntry.symlink(new ImagePath("l" + i), "to/" + i * 7919, 0, 0, i))
            .toList();
    return new LayerIndex(entries, Map.of());
  }

  private static Digest layer(int number) {
    return Digest.of("layer " + number);
  }

  @Test
  void whatWasFoundOnceIsFoundWithoutTheStore() throws Exception {
    shared.put(layer(1), index(3));
    assertThat(store().find(layer(1))).isPresent();
    shared.damage(layer(1));
    assertThat(store().find(layer(1)).orElseThrow().entries()).isEqualTo(index(3).entries());
  }

  @Test
  void aDamagedFileIsFetchedAnew() throws Exception {
    LayerIndexStore store = store();
    store.put(layer(1), index(3));
    spoil(layer(1));
    assertThat(store.find(layer(1)).orElseThrow().entries()).isEqualTo(index(3).entries());
    shared.damage(layer(1));
    assertThat(store.find(layer(1))).isPresent();
  }

  @Test
  void theFileOfAnotherLayerIsNotTaken() throws Exception {
    LayerIndexStore store = store();
    store.put(layer(1), index(1));
    store.put(layer(2), index(2));
    Files.copy(
        folder.resolve(layer(2).hex()),
        folder.resolve(layer(1).hex()),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    assertThat(store.find(layer(1)).orElseThrow().entries()).hasSize(1);
  }

  @Test
  void theDiskHoldsNoMoreThanItMay() throws Exception {
    long limit = 100_000;
    LayerIndexStore store = new LocalLayerIndexes(shared, folder, limit);
    for (int i = 0; i < 60; i++) {
      store.put(layer(i), index(1000));
      assertThat(bytes()).isLessThanOrEqualTo(limit);
    }
    assertThat(folder.resolve(layer(59).hex())).exists();
    assertThat(folder.resolve(layer(0).hex())).doesNotExist();
    assertThat(store.find(layer(0))).isPresent();
  }

  private long bytes() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.mapToLong(file -> file.toFile().length()).sum();
    }
  }
}
