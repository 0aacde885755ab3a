package dev.brickyard.engine.runtime;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A container's control groups, in each hierarchy of version 1, in the one of version 2, or both
 * (cgroups(7)); made by the runtime program, read and removed here.
 */
final class ControlGroups {
  /** The parent of all of them. */
  static final String PARENT = "/brickyard";

  private static final Duration REMOVAL = Duration.ofSeconds(5);

  private static final Logger LOG = LoggerFactory.getLogger(ControlGroups.class);

  private final List<Path> hierarchies;

  ControlGroups() throws IOException {
    List<Path> found = new ArrayList<>();
    for (String line : Files.readAllLines(Path.of("/proc/self/mountinfo"))) {
      int separator = line.indexOf(" - cgroup");
      if (separator > 0) {
        found.add(Path.of(line.split(" ", 6)[4]));
      }
    }
    hierarchies = List.copyOf(found);
  }

  /** The path the configuration of this container names. */
  static String path(String id) {
    return PARENT + "/" + id;
  }

  private Stream<Path> of(String id) {
    return hierarchies.stream().map(h -> Path.of(h + path(id))).filter(Files::isDirectory);
  }

  /** True when the kernel killed a process of the container for want of memory. */
  boolean oomKilled(String id) {
    return of(id)
        .flatMap(group -> Stream.of("memory.events", "memory.oom_control").map(group::resolve))
        .flatMap(ControlGroups::lines)
        .anyMatch(line -> line.startsWith("oom_kill ") && !line.equals("oom_kill 0"));
  }

  private static Stream<String> lines(Path file) {
    try {
      return Files.readAllLines(file).stream();
    } catch (IOException e) {
      // Not of this hierarchy, or gone already.
      return Stream.empty();
    }
  }

  /** Kills every process of the container. */
  void kill(String id) {
    of(id)
        .flatMap(ControlGroups::withInner)
        .flatMap(group -> lines(group.resolve("cgroup.procs")))
        .map(Long::parseLong)
        .filter(pid -> pid > 0)
        .flatMap(pid -> ProcessHandle.of(pid).stream())
        .forEach(ProcessHandle::destroyForcibly);
  }

  /** The group and those inside it; a container may have made some as well. */
  private static Stream<Path> withInner(Path group) {
    try (Stream<Path> inside = Files.list(group)) {
      return Stream.concat(
          Stream.of(group),
          inside.filter(Files::isDirectory).toList().stream().flatMap(ControlGroups::withInner));
    } catch (IOException e) {
      // Gone already.
      return Stream.of(group);
    }
  }

  /**
   * Removes the container's groups, waiting for its last processes to be gone.
   *
   * @throws IOException when they still are not, after some seconds
   */
  void remove(String id) throws IOException {
    long deadline = System.nanoTime() + REMOVAL.toNanos();
    for (Path group : of(id).toList()) {
      while (!removed(group)) {
        if (System.nanoTime() > deadline) {
          throw new IOException("the control group " + group + " cannot be removed");
        }
        kill(id);
        LockSupport.parkNanos(Duration.ofMillis(2).toNanos());
      }
    }
  }

  private static boolean removed(Path group) throws IOException {
    try (Stream<Path> inside = Files.list(group)) {
      for (Path child : inside.filter(Files::isDirectory).toList()) {
        if (!removed(child)) {
          return false;
        }
      }
      Files.delete(group);
      return true;
    } catch (NoSuchFileException e) {
      return true;
    } catch (DirectoryNotEmptyException e) {
      return false;
    } catch (FileSystemException e) {
      // Busy: a process has not quite ended. Asked again until the deadline.
      return false;
    }
  }

  /** Removes the parent where no container of anybody is left in it. */
  void removeParent() {
    for (Path hierarchy : hierarchies) {
      try {
        Files.deleteIfExists(Path.of(hierarchy + PARENT));
      } catch (IOException e) {
        LOG.debug("another runtime of this machine still has containers", e);
      }
    }
  }
}
