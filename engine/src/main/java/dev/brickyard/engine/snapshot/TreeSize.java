package dev.brickyard.engine.snapshot;

import dev.brickyard.engine.linux.Directory;
import dev.brickyard.engine.linux.FileStatus;
import dev.brickyard.engine.linux.LinuxException;
import java.nio.file.Path;

/** About how much of a disk a directory takes. */
final class TreeSize {
  private static final long BLOCK = 4096;

  private TreeSize() {}

  static long of(Path directory) throws LinuxException {
    try (Directory open = Directory.open(directory)) {
      return inside(open);
    }
  }

  private static long inside(Directory directory) throws LinuxException {
    long sum = BLOCK;
    for (String name : directory.list()) {
      FileStatus status = directory.status(name);
      if (status.isDirectory()) {
        try (Directory child = directory.directory(name)) {
          sum += inside(child);
        }
      } else {
        sum += (status.size() + BLOCK - 1) / BLOCK * BLOCK / Math.max(1, status.links());
      }
    }
    return sum;
  }
}
