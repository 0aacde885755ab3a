package dev.brickyard.engine.snapshot;

import dev.brickyard.engine.layer.ImagePath;
import dev.brickyard.engine.linux.Directory;
import dev.brickyard.engine.linux.Errno;
import dev.brickyard.engine.linux.LinuxException;
import java.util.ArrayList;
import java.util.List;

/**
 * The descriptors from a root down to the directory last asked for. Neighbours in a tar mostly
 * share their parents, which are so opened once.
 */
public final class OpenPath implements AutoCloseable {
  private final Directory root;
  private final List<String> names = new ArrayList<>();
  private final List<Directory> open = new ArrayList<>();

  /**
   * @param root stays open
   */
  public OpenPath(Directory root) {
    this.root = root;
  }

  /**
   * The directory at the path, valid until the next call.
   *
   * @param make whether missing directories are made
   * @throws LinuxException {@code ENOENT} when it is missing, {@code ENOTDIR} or {@code ELOOP} when
   *     something on the way is no directory or a symlink
   */
  public Directory open(ImagePath path, boolean make) throws LinuxException {
    List<String> wanted = path.names();
    int shared = 0;
    while (shared < names.size()
        && shared < wanted.size()
        && names.get(shared).equals(wanted.get(shared))) {
      shared++;
    }
    closeFrom(shared);
    for (int i = shared; i < wanted.size(); i++) {
      Directory parent = i == 0 ? root : open.get(i - 1);
      open.add(step(parent, wanted.get(i), make));
      names.add(wanted.get(i));
    }
    return wanted.isEmpty() ? root : open.getLast();
  }

  private static Directory step(Directory parent, String name, boolean make) throws LinuxException {
    try {
      return parent.directory(name);
    } catch (LinuxException e) {
      if (!make || e.errno() != Errno.ENOENT) {
        throw e;
      }
      parent.makeDirectory(name, 0755);
      // Not left to the process' umask.
      parent.setMode(name, 0755);
      return parent.directory(name);
    }
  }

  /** Lets go of the path, which is about to be removed. */
  public void forget(ImagePath path) throws LinuxException {
    List<String> removed = path.names();
    if (names.size() >= removed.size() && names.subList(0, removed.size()).equals(removed)) {
      closeFrom(removed.size() - 1);
    }
  }

  private void closeFrom(int depth) throws LinuxException {
    while (open.size() > depth) {
      names.removeLast();
      open.removeLast().close();
    }
  }

  @Override
  public void close() throws LinuxException {
    closeFrom(0);
  }
}
