package dev.brickyard.engine.erofs;

import dev.brickyard.engine.layer.EntryType;
import dev.brickyard.engine.linux.FileStatus;

/** Numbers of the on-disk format (Linux, {@code fs/erofs/erofs_fs.h}). */
final class ErofsFormat {
  /**
   * The least the kernel takes. Contents begin at block boundaries, so that small blocks waste the
   * least on small files; the kernel reads runs of blocks at once, whatever their size.
   */
  static final int BLOCK_BITS = 9;

  static final int BLOCK = 1 << BLOCK_BITS;
  static final int SUPER_OFFSET = 1024;

  /** Where the first content begins: after the page with the superblock. */
  static final int DATA_OFFSET = 4096;

  static final int MAGIC = 0xE0F5E1E2;
  static final int COMPAT_MTIME = 2;
  static final int INODE = 64;
  static final int SLOT = 32;
  static final int DIRENT = 12;
  static final int XATTR_HEADER = 12;

  /** {@code i_format}: the extended inode, with its content in blocks of its own. */
  static final int PLAIN = 1;

  /** {@code i_format}: the extended inode, with its content right behind it. */
  static final int INLINE = 1 | 2 << 1;

  private ErofsFormat() {}

  /** {@code enum} of file types in directories. */
  static int fileType(EntryType type) {
    return switch (type) {
      case FILE -> 1;
      case DIRECTORY -> 2;
      case CHARACTER_DEVICE, WHITEOUT -> 3;
      case BLOCK_DEVICE -> 4;
      case FIFO -> 5;
      case SYMLINK -> 7;
      case HARD_LINK, OPAQUE -> throw new IllegalArgumentException(type + " is no inode");
    };
  }

  /** The type bits of {@code st_mode}. */
  static int modeType(EntryType type) {
    return switch (type) {
      case FILE -> FileStatus.FILE;
      case DIRECTORY -> FileStatus.DIRECTORY;
      case CHARACTER_DEVICE, WHITEOUT -> FileStatus.CHARACTER_DEVICE;
      case BLOCK_DEVICE -> FileStatus.BLOCK_DEVICE;
      case FIFO -> FileStatus.FIFO;
      case SYMLINK -> FileStatus.SYMLINK;
      case HARD_LINK, OPAQUE -> throw new IllegalArgumentException(type + " is no inode");
    };
  }

  /** The kernel's {@code new_encode_dev}. */
  static int device(long device) {
    long major = device >>> 32;
    long minor = device & 0xFFFFFFFFL;
    return (int) ((minor & 0xFF) | (major << 8) | ((minor & ~0xFFL) << 12));
  }
}
