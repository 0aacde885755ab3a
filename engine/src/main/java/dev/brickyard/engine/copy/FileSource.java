package dev.brickyard.engine.copy;

import dev.brickyard.engine.layer.ContentSource;
import dev.brickyard.engine.layer.LayerEntry;
import dev.brickyard.engine.layer.RootIndex;
import java.util.Optional;

/** Files that can be copied: the build context, another stage, or an image. */
public interface FileSource {
  /** What there is. */
  RootIndex root();

  /** The file that a hard link of {@link #root()} is another name of; other entries as they are. */
  LayerEntry withoutHardLink(LayerEntry entry);

  /** Where the bytes of a file of {@link #root()} come from; nothing is fetched by asking. */
  ContentSource content(LayerEntry file);

  /**
   * What tells that two files of {@link #root()} are one under two names: hard links have the same,
   * other files never. Empty when the source has no hard links.
   */
  default Optional<String> inode(LayerEntry file) {
    return Optional.empty();
  }
}
