package dev.brickyard.engine.layer;

/** What stands at a path of a layer or context. */
public enum EntryType {
  FILE,
  DIRECTORY,
  SYMLINK,
  /** Another name of an earlier file of the same layer; the link target is its path. */
  HARD_LINK,
  CHARACTER_DEVICE,
  BLOCK_DEVICE,
  FIFO,
  /** The path of lower layers is removed ({@code .wh.<name>} in the tar). */
  WHITEOUT,
  /** What lower layers have inside this directory is hidden ({@code .wh..wh..opq}). */
  OPAQUE
}
