package dev.brickyard.engine.cachemount;

import dev.brickyard.engine.layer.ImagePath;
import dev.brickyard.engine.linux.Directory;
import dev.brickyard.engine.linux.Errno;
import dev.brickyard.engine.linux.FileStatus;
import dev.brickyard.engine.linux.LinuxException;
import dev.brickyard.engine.linux.Trees;
import dev.brickyard.engine.snapshot.OpenPath;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Changes a mount's directory, each path at once: a file is either as it was or as it shall be.
 * Follows no symlink. What stands where a parent directory should be is left, with what was to go
 * below it. For one thread.
 */
final class TreeWriter implements AutoCloseable {
  private final Path content;
  private final Directory root;
  private final Directory staging;
  private final OpenPath walk;
  private final OpenPath firstNames;

  TreeWriter(Path content, Path staging) throws LinuxException {
    this.content = content;
    this.root = Directory.open(content);
    this.staging = Directory.open(staging);
    this.walk = new OpenPath(root);
    this.firstNames = new OpenPath(root);
  }

  /** The directory; empty when it is not there or something else is. */
  static Optional<Directory> find(OpenPath walk, ImagePath path) throws LinuxException {
    return open(walk, path, false);
  }

  private static Optional<Directory> open(OpenPath walk, ImagePath path, boolean make)
      throws LinuxException {
    try {
      return Optional.of(walk.open(path, make));
    } catch (LinuxException e) {
      if (isAbsence(e)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static boolean isAbsence(LinuxException e) {
    return e.errno() == Errno.ENOENT || e.errno() == Errno.ENOTDIR || e.errno() == Errno.ELOOP;
  }

  /** Removes it; a directory only when it is empty. */
  void remove(ImagePath path) throws LinuxException {
    Optional<Directory> parent = open(walk, path.parent(), false);
    if (parent.isEmpty()) {
      return;
    }
    Optional<FileStatus> status = parent.get().find(path.name());
    if (status.isEmpty()) {
      return;
    }
    if (!status.get().isDirectory()) {
      parent.get().unlink(path.name());
      return;
    }
    try {
      parent.get().removeDirectory(path.name());
    } catch (LinuxException e) {
      if (e.errno() != Errno.ENOTEMPTY && e.errno() != Errno.EEXIST) {
        throw e;
      }
    }
  }

  /** Makes a directory or symlink. A directory that is there stays. */
  void make(MountEntry entry) throws LinuxException {
    ImagePath path = entry.path();
    if (path.isRoot()) {
      return;
    }
    Optional<Directory> parent = open(walk, path.parent(), true);
    if (parent.isEmpty()) {
      return;
    }
    boolean directory = entry.kind() == MountEntry.Kind.DIRECTORY;
    Optional<FileStatus> there = parent.get().find(path.name());
    if (directory && there.isPresent() && there.get().isDirectory()) {
      return;
    }
    Trees.delete(parent.get(), path.name());
    if (directory) {
      parent.get().makeDirectory(path.name(), 0700);
    } else {
      parent.get().makeSymlink(path.name(), entry.link().orElseThrow());
      describe(parent.get(), path.name(), entry);
    }
  }

  /** Puts a file from the staging directory in its place. */
  void place(ImagePath path, String staged) throws LinuxException {
    Optional<Directory> parent = open(walk, path.parent(), true);
    if (parent.isEmpty()) {
      return;
    }
    Optional<FileStatus> there = parent.get().find(path.name());
    if (there.isPresent() && there.get().isDirectory()) {
      Trees.delete(parent.get(), path.name());
    }
    staging.rename(staged, parent.get(), path.name());
  }

  /** Gives a file a further name; nothing happens when the file is not there. */
  void link(ImagePath path, ImagePath first) throws LinuxException {
    Optional<Directory> parent = open(walk, path.parent(), true);
    Optional<Directory> from = open(firstNames, first.parent(), false);
    if (parent.isEmpty() || from.isEmpty()) {
      return;
    }
    Optional<FileStatus> file = from.get().find(first.name());
    if (file.isEmpty() || file.get().type() != FileStatus.FILE) {
      return;
    }
    Trees.delete(parent.get(), path.name());
    parent.get().makeLink(path.name(), from.get(), first.name());
  }

  /** Gives a directory its owner, mode, attributes and time. */
  void describeDirectory(MountEntry entry) throws LinuxException {
    if (entry.path().isRoot()) {
      Path parent = content.toAbsolutePath().getParent();
      Path name = content.getFileName();
      if (parent != null && name != null) {
        try (Directory above = Directory.open(parent)) {
          describe(above, name.toString(), entry);
        }
      }
      return;
    }
    Optional<Directory> parent = open(walk, entry.path().parent(), false);
    if (parent.isPresent()) {
      Optional<FileStatus> there = parent.get().find(entry.path().name());
      if (there.isPresent() && there.get().isDirectory()) {
        describe(parent.get(), entry.path().name(), entry);
      }
    }
  }

  /** Gives what stands at the name its owner, mode, attributes and times. */
  static void describe(Directory directory, String name, MountEntry entry) throws LinuxException {
    // The owner first: changing it takes set-uid bits and capabilities away.
    directory.setOwner(name, entry.uid(), entry.gid());
    if (entry.kind() != MountEntry.Kind.SYMLINK) {
      directory.setMode(name, entry.mode());
    }
    for (Map.Entry<String, String> xattr : entry.xattrs().entrySet()) {
      try {
        directory.setAttribute(
            name, xattr.getKey(), xattr.getValue().getBytes(StandardCharsets.ISO_8859_1));
      } catch (LinuxException e) {
        if (e.errno() != Errno.EOPNOTSUPP) {
          throw e;
        }
      }
    }
    long used = entry.content().map(FileContent::used).orElse(entry.mtime());
    directory.setTimes(name, used, entry.mtime(), entry.mtimeNanos());
  }

  @Override
  public void close() throws LinuxException {
    walk.close();
    firstNames.close();
    staging.close();
    root.close();
  }
}
