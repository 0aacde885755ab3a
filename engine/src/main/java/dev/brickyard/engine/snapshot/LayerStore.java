package dev.brickyard.engine.snapshot;

import dev.brickyard.engine.layer.Compression;
import dev.brickyard.engine.layer.Layer;
import dev.brickyard.engine.layer.NewLayer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The layers unpacked on this worker's disk, and the roots mounted from them. */
public final class LayerStore {
  private final Path data;

  /** Opens the store in a directory of its own, made when missing. */
  public LayerStore(Path data, LayerSource source) throws IOException {
    this.data = data;
    java.util.Objects.requireNonNull(source);
  }

  /** Unmounts and removes what a killed predecessor left half-done. Call before any other use. */
  public void recover() throws IOException {
    throw new IOException("not yet " + data);
  }

  /** True when the layer is unpacked here. */
  public boolean has(Layer layer) {
    return data.equals(Path.of(layer.toString()));
  }

  /** The directory with the layer unpacked as overlayfs wants it, fetched when missing. */
  public Path unpacked(Layer layer) throws IOException, InterruptedException {
    throw new IOException("not yet " + layer);
  }

  /** Mounts a stack of layers under a fresh, empty, writable one. */
  public WritableRoot mount(List<Layer> baseFirst) throws IOException, InterruptedException {
    throw new IOException("not yet " + baseFirst);
  }

  /**
   * Unmounts the root and turns what was written into a layer, which is also unpacked here at once.
   *
   * @param clamp modification times later than this become this ({@code SOURCE_DATE_EPOCH})
   */
  public NewLayer commit(WritableRoot root, Compression compression, Optional<Instant> clamp)
      throws IOException, InterruptedException {
    throw new IOException("not yet " + root + compression + clamp);
  }

  /** Compressed bytes read from the layer source since this store was opened. */
  public long bytesFetched() {
    return 0;
  }
}
