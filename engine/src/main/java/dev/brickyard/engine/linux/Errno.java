package dev.brickyard.engine.linux;

import java.util.Map;

/** Error numbers of Linux (asm-generic/errno-base.h, errno.h; alike on x86-64 and arm64). */
public final class Errno {
  public static final int EPERM = 1;
  public static final int ENOENT = 2;
  public static final int EACCES = 13;
  public static final int EBUSY = 16;
  public static final int EEXIST = 17;
  public static final int EXDEV = 18;
  public static final int ENODEV = 19;
  public static final int ENOTDIR = 20;
  public static final int EISDIR = 21;
  public static final int EINVAL = 22;
  public static final int ENOSPC = 28;
  public static final int EROFS = 30;
  public static final int ERANGE = 34;
  public static final int ENAMETOOLONG = 36;
  public static final int ENOSYS = 38;
  public static final int ENOTEMPTY = 39;
  public static final int ELOOP = 40;
  public static final int ENODATA = 61;
  public static final int EOPNOTSUPP = 95;

  private static final Map<Integer, String> NAMES =
      Map.ofEntries(
          Map.entry(EPERM, "EPERM, not permitted"),
          Map.entry(ENOENT, "ENOENT, no such file or directory"),
          Map.entry(5, "EIO, input/output error"),
          Map.entry(EACCES, "EACCES, permission denied"),
          Map.entry(12, "ENOMEM, out of memory"),
          Map.entry(EBUSY, "EBUSY, in use"),
          Map.entry(EEXIST, "EEXIST, already exists"),
          Map.entry(EXDEV, "EXDEV, on another file system"),
          Map.entry(ENODEV, "ENODEV, no such device or file system"),
          Map.entry(ENOTDIR, "ENOTDIR, not a directory"),
          Map.entry(EISDIR, "EISDIR, a directory"),
          Map.entry(EINVAL, "EINVAL, invalid argument"),
          Map.entry(24, "EMFILE, too many open files"),
          Map.entry(ENOSPC, "ENOSPC, no space left"),
          Map.entry(EROFS, "EROFS, read-only file system"),
          Map.entry(ERANGE, "ERANGE, result too large"),
          Map.entry(ENAMETOOLONG, "ENAMETOOLONG, name too long"),
          Map.entry(ENOSYS, "ENOSYS, not in this kernel"),
          Map.entry(ENOTEMPTY, "ENOTEMPTY, directory not empty"),
          Map.entry(ELOOP, "ELOOP, too many links"),
          Map.entry(ENODATA, "ENODATA, no such attribute"),
          Map.entry(EOPNOTSUPP, "EOPNOTSUPP, not supported"),
          Map.entry(122, "EDQUOT, quota exceeded"));

  private Errno() {}

  /** The name, such as {@code ENOENT}; {@code errno 123} for a rare one. */
  static String name(int errno) {
    String described = describe(errno);
    int comma = described.indexOf(',');
    return comma < 0 ? described : described.substring(0, comma);
  }

  /** The name and what it means. */
  static String describe(int errno) {
    return NAMES.getOrDefault(errno, "errno " + errno);
  }
}
