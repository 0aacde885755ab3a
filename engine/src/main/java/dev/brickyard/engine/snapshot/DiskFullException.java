package dev.brickyard.engine.snapshot;

import dev.brickyard.engine.linux.Errno;
import dev.brickyard.engine.linux.LinuxException;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The disk is full of what is in use; nothing is left that could be removed. */
public final class DiskFullException extends IOException {
  private static final long serialVersionUID = 1L;

  DiskFullException(String wanted, DiskFigures figures, @Nullable Throwable cause) {
    super(
        wanted
            + " does not fit on the worker's disk: "
            + megabytes(figures.usableBytes())
            + " of "
            + megabytes(figures.totalBytes())
            + " are free, layers take "
            + megabytes(figures.layerBytes())
            + ", of which "
            + megabytes(figures.heldBytes())
            + " are in use",
        cause);
  }

  private static String megabytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f MiB", bytes / 1048576.0);
  }

  /** True when a failure says that a file system has no space left. */
  static boolean isNoSpace(@Nullable Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      boolean full =
          switch (cause) {
            case LinuxException e -> e.errno() == Errno.ENOSPC;
            case FileSystemException e -> says(e.getReason());
            case IOException e -> says(e.getMessage());
            default -> false;
          };
      if (full) {
        return true;
      }
    }
    return false;
  }

  /** Java has no other way of telling what write(2) answered. */
  private static boolean says(@Nullable String message) {
    return message != null
        && (message.contains("No space left on device") || message.contains("Disk quota exceeded"));
  }
}
