package dev.brickyard.engine.linux;

import java.nio.file.Path;
import java.util.Optional;

/** Whole directory trees that strangers filled: never follows a symlink. */
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

  /**
   * Copies everything inside a directory, and the directory's own owner, mode and time. A file with
   * several names becomes several files.
   *
   * @param from exists
   * @param to an empty directory
   */
  public static void copy(Path from, Path to) throws LinuxException {
    Path parent = to.toAbsolutePath().getParent();
    Path name = to.getFileName();
    if (parent == null || name == null) {
      throw new IllegalArgumentException(to + " cannot be copied to");
    }
    try (Directory source = Directory.open(from);
        Directory above = Directory.open(parent)) {
      try (Directory target = above.directory(name.toString())) {
        copy(source, target);
      }
      describe(source.status(), above, name.toString());
    }
  }

  private static void copy(Directory from, Directory to) throws LinuxException {
    for (String name : from.list()) {
      FileStatus status = from.status(name);
      switch (status.type()) {
        case FileStatus.DIRECTORY -> {
          to.makeDirectory(name, 0700);
          try (Directory source = from.directory(name);
              Directory target = to.directory(name)) {
            copy(source, target);
          }
        }
        case FileStatus.SYMLINK -> to.makeSymlink(name, from.readLink(name));
        case FileStatus.FILE -> {
          try (OpenFile source = from.openFile(name);
              OpenFile target = to.createFile(name, 0600)) {
            byte[] buffer = new byte[1 << 16];
            for (int n = source.read(buffer, 0, buffer.length);
                n >= 0;
                n = source.read(buffer, 0, buffer.length)) {
              target.write(buffer, 0, n);
            }
          }
        }
        default -> to.makeNode(name, status.mode(), status.rdev());
      }
      describe(status, to, name);
      for (String attribute : from.attributes(name)) {
        Optional<byte[]> value = from.attribute(name, attribute);
        if (value.isPresent()) {
          copyAttribute(to, name, attribute, value.get());
        }
      }
    }
  }

  private static void describe(FileStatus status, Directory directory, String name)
      throws LinuxException {
    // The owner first: changing it takes set-uid bits away.
    directory.setOwner(name, status.uid(), status.gid());
    if (status.type() != FileStatus.SYMLINK) {
      directory.setMode(name, status.permissions());
    }
    directory.setTime(name, status.mtime(), status.mtimeNanos());
  }

  private static void copyAttribute(Directory to, String name, String attribute, byte[] value)
      throws LinuxException {
    try {
      to.setAttribute(name, attribute, value);
    } catch (LinuxException e) {
      if (e.errno() != Errno.EOPNOTSUPP) {
        throw e;
      }
    }
  }
}
