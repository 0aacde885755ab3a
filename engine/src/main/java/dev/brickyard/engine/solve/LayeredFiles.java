package dev.brickyard.engine.solve;

import dev.brickyard.engine.copy.FileSource;
import dev.brickyard.engine.layer.ContentSource;
import dev.brickyard.engine.layer.EntryType;
import dev.brickyard.engine.layer.ImagePath;
import dev.brickyard.engine.layer.Layer;
import dev.brickyard.engine.layer.LayerEntry;
import dev.brickyard.engine.layer.LayerIndex;
import dev.brickyard.engine.layer.RootIndex;
import dev.brickyard.engine.snapshot.LayerStore;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.List;
import java.util.Optional;

/** The files of a stack of layers; of a file that is read, just its layer is fetched. */
final class LayeredFiles implements FileSource {
  private final List<Layer> layers;
  private final List<LayerIndex> indexes;
  private final RootIndex root;
  private final LayerStore store;
  private final boolean hardLinks;

  LayeredFiles(List<Layer> layers, List<LayerIndex> indexes, LayerStore store) {
    this.layers = List.copyOf(layers);
    this.indexes = List.copyOf(indexes);
    this.root = RootIndex.of(indexes);
    this.store = store;
    this.hardLinks = indexes.stream().anyMatch(LayerIndex::hasHardLinks);
  }

  @Override
  public RootIndex root() {
    return root;
  }

  @Override
  public LayerEntry withoutHardLink(LayerEntry entry) {
    if (entry.type() != EntryType.HARD_LINK) {
      return entry;
    }
    LayerIndex index = indexes.get(root.layerOf(entry.path()));
    return index
        .find(ImagePath.normalize(entry.linkTarget().orElseThrow()))
        .map(file -> file.at(entry.path()))
        .orElse(entry);
  }

  @Override
  public Optional<String> inode(LayerEntry file) {
    return hardLinks ? root.inode(file.path()) : Optional.empty();
  }

  @Override
  public ContentSource content(LayerEntry file) {
    return () -> open(file.path());
  }

  private InputStream open(ImagePath path) throws IOException {
    try {
      return store.open(layers.get(root.layerOf(path)), path);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException();
    }
  }
}
