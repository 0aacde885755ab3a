package dev.brickyard.engine.solve;

import dev.brickyard.engine.cache.CorruptBlobException;
import dev.brickyard.engine.cache.LayerIndexStore;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.layer.IndexedLayer;
import dev.brickyard.engine.layer.Layer;
import dev.brickyard.engine.layer.LayerIndex;
import dev.brickyard.engine.layer.LayerReader;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The indexes of layers: from memory, else from the farm's store, else made by reading the layer
 * once, which the whole farm then profits from.
 */
final class LayerIndexes {
  private static final int IN_MEMORY = 256;

  private final LayerIndexStore store;
  private final LayerBlobs blobs;
  private final InFlight<Digest, LayerIndex> underway = new InFlight<>();
  private final Map<Digest, LayerIndex> memory =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Digest, LayerIndex> eldest) {
          return size() > IN_MEMORY;
        }
      };

  LayerIndexes(LayerIndexStore store, LayerBlobs blobs) {
    this.store = store;
    this.blobs = blobs;
  }

  /** The indexes of a stack, in its order. */
  List<LayerIndex> of(List<Layer> layers) throws IOException, InterruptedException {
    List<LayerIndex> indexes = new ArrayList<>();
    for (Layer layer : layers) {
      indexes.add(of(layer));
    }
    return indexes;
  }

  LayerIndex of(Layer layer) throws IOException, InterruptedException {
    Optional<LayerIndex> known = remembered(layer.diffId());
    if (known.isPresent()) {
      return known.get();
    }
    try {
      return underway.run(layer.diffId(), () -> find(layer));
    } catch (IOException | InterruptedException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException("index of layer " + layer.diffId() + " cannot be had", e);
    }
  }

  private LayerIndex find(Layer layer) throws IOException, InterruptedException {
    Optional<LayerIndex> stored = store.find(layer.diffId());
    if (stored.isPresent()) {
      remember(layer.diffId(), stored.get());
      return stored.get();
    }
    IndexedLayer read;
    try (InputStream blob = blobs.open(layer)) {
      read = LayerReader.readIndex(blob);
    }
    if (!read.diffId().equals(layer.diffId())) {
      throw new CorruptBlobException(layer.blob().digest(), "a layer " + read.diffId());
    }
    store.put(layer.diffId(), read.index());
    remember(layer.diffId(), read.index());
    return read.index();
  }

  /** A layer was made here. */
  void remember(Digest diffId, LayerIndex index) {
    synchronized (memory) {
      memory.put(diffId, index);
    }
  }

  private Optional<LayerIndex> remembered(Digest diffId) {
    synchronized (memory) {
      return Optional.ofNullable(memory.get(diffId));
    }
  }
}
