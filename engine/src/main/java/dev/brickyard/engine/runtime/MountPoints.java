package dev.brickyard.engine.runtime;

import dev.brickyard.engine.linux.Directory;
import dev.brickyard.engine.linux.Errno;
import dev.brickyard.engine.linux.FileStatus;
import dev.brickyard.engine.linux.LinuxException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Remembers which mount points a root filesystem lacks before a container runs, and removes those
 * that the runtime made for it and nobody filled, so that they leave no trace in the layer.
 */
final class MountPoints {
  private static final int MAX_LINKS = 40;
  private static final List<String> STANDARD = List.of("dev", "proc", "sys");

  /**
   * @param existing the names from the root down to a directory that was there
   * @param missing the names below it that were not
   * @param before that directory's status
   */
  private record Missing(List<String> existing, List<String> missing, FileStatus before) {}

  private final Path rootfs;
  private final List<Missing> missing = new ArrayList<>();

  private MountPoints(Path rootfs) {
    this.rootfs = rootfs;
  }

  /**
   * Makes the directories that every container needs for its own file systems. BuildKit leaves them
   * in the layer of a root without them, so they stay; the programs disagree about their modes.
   */
  static void makeStandard(Path rootfs) throws LinuxException {
    try (Directory root = Directory.open(rootfs)) {
      for (String name : STANDARD) {
        if (root.find(name).isEmpty()) {
          root.makeDirectory(name, 0755);
          root.setMode(name, 0755);
        }
      }
    }
  }

  /** Looks at the targets, absolute paths, before the container is made. */
  static MountPoints before(Path rootfs, List<String> targets) throws LinuxException {
    MountPoints points = new MountPoints(rootfs);
    for (String target : targets) {
      points.look(target);
    }
    return points;
  }

  private void look(String target) throws LinuxException {
    Deque<String> names = new ArrayDeque<>(Arrays.asList(target.split("/")));
    List<String> at = new ArrayList<>();
    int links = 0;
    while (!names.isEmpty()) {
      String name = names.pop();
      if (name.isEmpty() || name.equals(".")) {
        continue;
      }
      if (name.equals("..")) {
        if (!at.isEmpty()) {
          at.removeLast();
        }
        continue;
      }
      try (Directory directory = open(at)) {
        Optional<FileStatus> status = directory.find(name);
        if (status.isEmpty()) {
          names.push(name);
          missing.add(new Missing(List.copyOf(at), normal(names), directory.status()));
          return;
        }
        if (status.get().type() != FileStatus.SYMLINK) {
          at.add(name);
        } else if (++links > MAX_LINKS) {
          return;
        } else {
          String text = directory.readLink(name);
          if (text.startsWith("/")) {
            at.clear();
          }
          Arrays.asList(text.split("/")).reversed().forEach(names::push);
        }
      } catch (LinuxException e) {
        if (e.errno() == Errno.ENOTDIR) {
          // The runtime will say that nothing can be mounted below a file.
          return;
        }
        throw e;
      }
    }
  }

  private static List<String> normal(Deque<String> names) {
    return names.stream().filter(n -> !n.isEmpty() && !n.equals(".") && !n.equals("..")).toList();
  }

  private Directory open(List<String> names) throws LinuxException {
    Directory at = Directory.open(rootfs);
    for (String name : names) {
      try (Directory parent = at) {
        at = parent.directory(name);
      }
    }
    return at;
  }

  /** Removes, after the container, what was missing before and is still empty. */
  void clean() throws LinuxException {
    for (Missing point : missing.reversed()) {
      try {
        clean(point);
      } catch (LinuxException e) {
        if (e.errno() != Errno.ENOENT && e.errno() != Errno.ENOTDIR) {
          throw e;
        }
      }
    }
  }

  private void clean(Missing point) throws LinuxException {
    List<String> all = new ArrayList<>(point.existing());
    all.addAll(point.missing());
    boolean removed = false;
    while (all.size() > point.existing().size()) {
      String name = all.removeLast();
      removed = false;
      try (Directory parent = open(all)) {
        Optional<FileStatus> status = parent.find(name);
        if (status.isEmpty()) {
          continue;
        }
        if (status.get().isDirectory()) {
          parent.removeDirectory(name);
        } else if (status.get().type() == FileStatus.FILE && status.get().size() == 0) {
          parent.unlink(name);
        } else {
          return;
        }
        removed = true;
      } catch (LinuxException e) {
        if (e.errno() == Errno.ENOTEMPTY) {
          return;
        }
        if (e.errno() != Errno.ENOENT) {
          throw e;
        }
      }
    }
    if (removed && !point.existing().isEmpty()) {
      restoreTime(point);
    }
  }

  private void restoreTime(Missing point) throws LinuxException {
    List<String> above = point.existing().subList(0, point.existing().size() - 1);
    try (Directory parent = open(above)) {
      parent.setTime(
          point.existing().getLast(), point.before().mtime(), point.before().mtimeNanos());
    }
  }
}
