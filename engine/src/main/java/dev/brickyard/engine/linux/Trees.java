package dev.brickyard.engine.linux;

import java.nio.file.Path;
import java.util.Optional;

/** Removal of whole directory trees that strangers filled: never follows a symlink. */
public final class Trees {
  private Trees() {}

  /** Removes what stands at the path, with everything inside; nothing there is fine. */
  public static void delete(Path path) throws LinuxException {
    Path parent = path.toAbsolutePath().getParent();
    Path name = path.getFileName();
    if (parent == null || name == null) {
      throw new IllegalArgumentException(path + " cannot be removed");
    }
    try (Directory directory = Directory.open(parent)) {
      delete(directory, name.toString());
    } catch (LinuxException e) {
      if (e.errno() != Errno.ENOENT) {
        throw e;
      }
    }
  }

  /** Removes what stands at the name, with everything inside; nothing there is fine. */
  public static void delete(Directory directory, String name) throws LinuxException {
    Optional<FileStatus> status = directory.find(name);
    if (status.isEmpty()) {
      return;
    }
    if (!status.get().isDirectory()) {
      directory.unlink(name);
      return;
    }
    try (Directory inside = directory.directory(name)) {
      for (String child : inside.list()) {
        delete(inside, child);
      }
    }
    directory.removeDirectory(name);
  }
}
