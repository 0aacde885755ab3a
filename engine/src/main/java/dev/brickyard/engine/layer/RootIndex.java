package dev.brickyard.engine.layer;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** The root filesystem that a stack of layers makes, seen through their indexes alone. */
public final class RootIndex {
  private RootIndex() {}

  /** Merges the indexes of a stack, base first. */
  public static RootIndex of(List<LayerIndex> baseFirst) {
    throw new UnsupportedOperationException(baseFirst.toString());
  }

  /** What stands at exactly this path (links are not followed); the root always exists. */
  public Optional<LayerEntry> find(ImagePath path) {
    throw new UnsupportedOperationException(path.toString());
  }

  /** The position, in the stack, of the layer that provides what {@link #find} found; or -1. */
  public int layerOf(ImagePath path) {
    throw new UnsupportedOperationException(path.toString());
  }

  /** What the directory contains, sorted by name; empty when there is no such directory. */
  public List<LayerEntry> children(ImagePath directory) {
    throw new UnsupportedOperationException(directory.toString());
  }

  /** The path itself and everything below, each directory directly before what it contains. */
  public List<LayerEntry> walk(ImagePath path) {
    throw new UnsupportedOperationException(path.toString());
  }

  /**
   * Follows every symlink of the path, the last name's included, without leaving the root. Names
   * that do not exist are kept as they are.
   *
   * @throws IOException when more than 255 links had to be followed
   */
  public ImagePath resolve(ImagePath path) throws IOException {
    throw new IOException(path.toString());
  }

  /** Like {@link #resolve}, but a symlink at the last name is not followed. */
  public ImagePath resolveParent(ImagePath path) throws IOException {
    throw new IOException(path.toString());
  }

  /** The bytes of one of the {@link LayerIndex#INLINED} files. */
  public Optional<byte[]> inlined(ImagePath path) {
    throw new UnsupportedOperationException(path.toString());
  }
}
