package dev.brickyard.engine.linux;

/**
 * What {@code statx(2)} says about a file.
 *
 * @param mode type and permission bits, {@code st_mode}
 * @param mtime whole seconds since the epoch
 * @param mtimeNanos the rest of the modification time
 * @param rdev the device a device file stands for, {@code major << 32 | minor}
 * @param dev the device the file is on, {@code major << 32 | minor}
 * @param atime whole seconds since the epoch of the last access
 * @param ctime whole seconds since the epoch of the last change of content or status
 * @param ctimeNanos the rest of it
 */
public record FileStatus(
    int mode,
    long uid,
    long gid,
    long size,
    long mtime,
    int mtimeNanos,
    long links,
    long inode,
    long rdev,
    long dev,
    long atime,
    long ctime,
    int ctimeNanos) {
  public static final int TYPE_MASK = 0170000;
  public static final int SOCKET = 0140000;
  public static final int SYMLINK = 0120000;
  public static final int FILE = 0100000;
  public static final int BLOCK_DEVICE = 0060000;
  public static final int DIRECTORY = 0040000;
  public static final int CHARACTER_DEVICE = 0020000;
  public static final int FIFO = 0010000;

  /** One of the type constants of this class. */
  public int type() {
    return mode & TYPE_MASK;
  }

  /** Permission bits with set-uid, set-gid and sticky. */
  public int permissions() {
    return mode & 07777;
  }

  public boolean isDirectory() {
    return type() == DIRECTORY;
  }

  /** True for the character device 0:0 by which overlayfs marks a removed path. */
  public boolean isWhiteout() {
    return type() == CHARACTER_DEVICE && rdev == 0;
  }
}
