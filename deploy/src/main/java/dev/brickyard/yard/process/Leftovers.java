package dev.brickyard.yard.process;

import dev.brickyard.engine.runtime.ProgramRuntime;
import dev.brickyard.engine.runtime.RuntimeFailure;
import dev.brickyard.yard.YardException;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What a killed worker cannot take away itself: mounts below its folder, containers' cgroups. */
public final class Leftovers {
  private Leftovers() {}

  /**
   * Kills and removes the containers a worker left, and the control groups' parent when no other
   * yard has containers in it.
   *
   * @param runtime the folder the worker's container runtime kept its state in
   */
  public static void containers(Path runtime)
      throws IOException, YardException, InterruptedException {
    if (Files.isDirectory(runtime)) {
      try (ProgramRuntime program = new ProgramRuntime(runtime)) {
        program.recover();
      } catch (RuntimeFailure e) {
        throw new YardException("a worker's containers cannot be removed: " + e.getMessage(), e);
      }
    }
    for (Path group : controlGroups()) {
      try {
        Files.deleteIfExists(group);
      } catch (FileSystemException e) {
        // In use: there is another yard.
      }
    }
  }

  /** The parent of all containers' control groups, in each hierarchy (cgroups(7)). */
  private static List<Path> controlGroups() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/mountinfo")).stream()
        .filter(line -> line.contains(" - cgroup"))
        .map(line -> Path.of(line.split(" ", -1)[4]).resolve("brickyard"))
        .toList();
  }

  /**
   * Unmounts everything at or below the folder.
   *
   * @throws YardException when a mount stays
   */
  public static void clear(Path folder) throws IOException, YardException {
    List<Path> mounts = mounts(folder);
    for (Path mount : mounts) {
      unmount(mount);
    }
    List<Path> left = mounts(folder);
    if (!left.isEmpty()) {
      throw new YardException("cannot unmount " + left);
    }
  }

  /** What is mounted at or below the folder, deepest and latest first. */
  public static List<Path> mounts(Path folder) throws IOException {
    List<Path> found = new ArrayList<>();
    for (String line : Files.readAllLines(Path.of("/proc/self/mountinfo"))) {
      Path point = Path.of(unescape(line.split(" ", -1)[4]));
      if (point.startsWith(folder)) {
        found.add(point);
      }
    }
    return found.reversed().stream()
        .sorted(Comparator.comparingInt(Path::getNameCount).reversed())
        .toList();
  }

  private static void unmount(Path mount) throws IOException {
    Process process =
        new ProcessBuilder("umount", "--lazy", mount.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The kernel writes space, tab, newline and backslash as octal (proc(5)). */
  private static String unescape(String text) {
    return text.replace("\\040", " ")
        .replace("\\011", "\t")
        .replace("\\012", "\n")
        .replace("\\134", "\\");
  }
}
