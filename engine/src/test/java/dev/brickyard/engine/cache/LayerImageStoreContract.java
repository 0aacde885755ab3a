package dev.brickyard.engine.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brickyard.engine.image.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every {@link LayerImageStore} promises. */
public abstract class LayerImageStoreContract {
  private static final Digest LAYER = Digest.of("a layer");
  private static final int SIZE = 300_000;

  @TempDir private Path folder;

  /** An empty store. */
  protected abstract LayerImageStore store() throws Exception;

  private Path image(long seed) throws IOException {
    byte[] content = new byte[SIZE];
    new Random(seed).nextBytes(content);
    return Files.write(folder.resolve("image-" + seed), content);
  }

  private static byte[] read(Optional<InputStream> opened) throws IOException {
    try (InputStream in = opened.orElseThrow()) {
      return in.readAllBytes();
    }
  }

  @Test
  void anImageComesBackWholeAndInParts() throws Exception {
    LayerImageStore store = store();
    byte[] content = Files.readAllBytes(image(1));
    store.put(LAYER, image(1));
    assertThat(store.has(LAYER)).isTrue();
    assertThat(read(store.open(LAYER))).isEqualTo(content);
    assertThat(read(store.open(LAYER, 1000, 5000)))
        .isEqualTo(Arrays.copyOfRange(content, 1000, 6000));
    assertThat(read(store.open(LAYER, SIZE - 10, 5000)))
        .isEqualTo(Arrays.copyOfRange(content, SIZE - 10, SIZE));
    assertThat(store.open(LAYER, SIZE, 1)).isEmpty();
  }

  @Test
  void whatIsNotThereIsEmpty() throws Exception {
    LayerImageStore store = store();
    assertThat(store.has(LAYER)).isFalse();
    assertThat(store.open(LAYER)).isEmpty();
    assertThat(store.open(LAYER, 0, 10)).isEmpty();
    store.discard(LAYER);
  }

  @Test
  void theFirstImageStaysUntilItIsDiscarded() throws Exception {
    LayerImageStore store = store();
    store.put(LAYER, image(1));
    store.put(LAYER, image(2));
    assertThat(read(store.open(LAYER))).isEqualTo(Files.readAllBytes(image(1)));
    store.discard(LAYER);
    assertThat(store.has(LAYER)).isFalse();
    store.put(LAYER, image(2));
    assertThat(read(store.open(LAYER))).isEqualTo(Files.readAllBytes(image(2)));
  }
}
