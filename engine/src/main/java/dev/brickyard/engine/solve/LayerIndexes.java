package dev.brickyard.engine.solve;

import dev.brickyard.engine.cache.CorruptBlobException;
import dev.brickyard.engine.cache.LayerIndexStore;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.layer.IndexedLayer;
import dev.brickyard.engine.layer.Layer;
import dev.brickyard.engine.layer.LayerIndex;
import dev.brickyard.engine.layer.LayerReader;
import dev.brickyard.engine.snapshot.DiskFullException;
import dev.brickyard.engine.snapshot.IndexSink;
import dev.brickyard.engine.snapshot.LayerStore;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The indexes of layers: from memory, else from the farm's store, else made by reading the layer
 * once, which the whole farm then profits from.
 */
final class LayerIndexes implements IndexSink {
  private static final Logger LOG = LoggerFactory.getLogger(LayerIndexes.class);
  private static final int IN_MEMORY = 256;

  private final LayerIndexStore store;
  private final LayerBlobs blobs;
  private final Executor background;
  private volatile @Nullable LayerStore layers;
  private final InFlight<Digest, LayerIndex> underway = new InFlight<>();
  private final Map<Digest, LayerIndex> memory =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Digest, LayerIndex> eldest) {
          return size() > IN_MEMORY;
        }
      };

  /**
   * @param background stores what was learnt on the way
   */
  LayerIndexes(LayerIndexStore store, LayerBlobs blobs, Executor background) {
    this.store = store;
    this.blobs = blobs;
    this.background = background;
  }

  /** A layer that must be read for its index is brought to this disk in the same pass. */
  void learnThrough(LayerStore layers) {
    this.layers = layers;
  }

  /** The indexes of a stack, in its order. */
  List<LayerIndex> of(List<Layer> layers) throws IOException, InterruptedException {
    List<Layer> missing =
        layers.stream().filter(layer -> remembered(layer.diffId()).isEmpty()).distinct().toList();
    if (missing.size() > 1) {
      try {
        Parallel.each(missing, this::of);
      } catch (IOException | InterruptedException | RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new IOException("indexes of layers cannot be had", e);
      }
    }
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
    if (bring(layer)) {
      Optional<LayerIndex> learnt = remembered(layer.diffId());
      if (learnt.isPresent()) {
        // Somebody removed it: the next worker shall not have to fetch the layer for it.
        storeLater(layer, learnt.get());
        return learnt.get();
      }
    }
    IndexedLayer read;
    try (InputStream blob = blobs.open(layer)) {
      read = LayerReader.readIndex(blob);
    } catch (IOException e) {
      throw blobs.blamed(layer, e);
    }
    if (!read.diffId().equals(layer.diffId())) {
      throw new CorruptBlobException(layer.blob().digest(), "a layer " + read.diffId());
    }
    store.put(layer.diffId(), read.index());
    remember(layer.diffId(), read.index());
    return read.index();
  }

  /** True when the layer was not on this disk before, and is now. */
  private boolean bring(Layer layer) throws IOException, InterruptedException {
    LayerStore disk = layers;
    if (disk == null || disk.has(layer)) {
      return false;
    }
    try {
      disk.unpacked(layer);
      return true;
    } catch (DiskFullException e) {
      // An index takes no room.
      return false;
    }
  }

  /** Layers from a registry may be new to the farm; the index of one made in it is stored. */
  @Override
  public void learned(Layer layer, LayerIndex index) {
    remember(layer.diffId(), index);
    if (blobs.foundAt(layer).isPresent()) {
      storeLater(layer, index);
    }
  }

  private void storeLater(Layer layer, LayerIndex index) {
    background.execute(
        () -> {
          try {
            if (store.find(layer.diffId()).isEmpty()) {
              store.put(layer.diffId(), index);
            }
          } catch (IOException e) {
            LOG.debug("the index of layer {} could not be stored", layer.diffId(), e);
          }
        });
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
