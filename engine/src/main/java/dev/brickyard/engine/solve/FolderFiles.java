package dev.brickyard.engine.solve;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.NamedContext;
import dev.brickyard.engine.cache.KeyBuilder;
import dev.brickyard.engine.cache.StepRecord;
import dev.brickyard.engine.copy.FileSource;
import dev.brickyard.engine.graph.FetchedFiles;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.layer.ImagePath;
import dev.brickyard.engine.layer.Layer;
import dev.brickyard.engine.layer.LayerEntry;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A folder that came with the build: copied from as it is, made a layer only for FROM and mounts.
 */
final class FolderFiles implements FetchedFiles {
  private final Workshop workshop;
  private final SourceLayers layers;
  private final NamedContext.Folder folder;
  private final ReentrantLock making = new ReentrantLock();
  private @Nullable ContextFiles files;
  private @Nullable Layer layer;

  FolderFiles(Workshop workshop, SourceLayers layers, NamedContext.Folder folder) {
    this.workshop = workshop;
    this.layers = layers;
    this.folder = folder;
  }

  private synchronized ContextFiles known() throws BuildFailure, IOException {
    if (files == null) {
      files = ContextFiles.ofFolder(folder.files());
    }
    return files;
  }

  @Override
  public Digest key() throws BuildFailure, IOException {
    return new KeyBuilder("folder")
        .add(known().select(StepKeys.wholeTree("/")).digest(true))
        .build();
  }

  @Override
  public FileSource files() throws BuildFailure, IOException {
    return known();
  }

  @Override
  public List<Layer> layers() throws Exception {
    making.lockInterruptibly();
    try {
      Layer there = layer;
      if (there == null) {
        there = make();
        layer = there;
      }
      return List.of(there);
    } finally {
      making.unlock();
    }
  }

  private Layer make() throws BuildFailure, IOException, InterruptedException {
    Digest key = key();
    Optional<StepRecord> found = layers.find(key);
    if (found.isPresent()) {
      return found.get().layer();
    }
    ContextFiles all = known();
    List<LayerEntry> entries =
        all.root().walk(ImagePath.ROOT).stream().filter(e -> !e.path().isRoot()).toList();
    return layers.keep(
        entries, all::content, List.of(key), "a folder", workshop.settings().clock().instant());
  }

  /** The layer was lost: it has to be made again. */
  void forget(Digest blob) throws InterruptedException {
    making.lockInterruptibly();
    try {
      if (layer != null && (layer.blob().digest().equals(blob) || layer.diffId().equals(blob))) {
        layer = null;
      }
    } finally {
      making.unlock();
    }
  }
}
