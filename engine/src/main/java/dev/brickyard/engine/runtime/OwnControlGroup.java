package dev.brickyard.engine.runtime;

import dev.brickyard.engine.linux.LinuxException;
import dev.brickyard.engine.linux.Mounts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The control group that a container gives this process, made fit to hold those of steps.
 *
 * <p>With version 2, a container sees its own group as the root of all, mounted so that it cannot
 * be written to. A group either holds processes or shares its controllers among groups inside it
 * (cgroups(7), "no internal processes"), save for the machine's own root. So the group is made
 * writable, the processes in it move to a group inside it, and its controllers are handed on: what
 * a pod may use bounds its steps as well, and each step has bounds of its own.
 */
public final class OwnControlGroup {
  private static final Path UNIFIED = Path.of("/sys/fs/cgroup");

  /** Where this process is from then on, beside the steps' {@link ControlGroups#PARENT}. */
  private static final String LEAF = "brickyard.worker";

  /** Processes may start others while they are moved. */
  private static final int ROUNDS = 10;

  private OwnControlGroup() {}

  /**
   * Does so where it is needed: not on a machine of one's own, nor with version 1. Harmless when
   * repeated. Needs {@code CAP_SYS_ADMIN} where it has something to do.
   *
   * @throws IOException with a plain sentence, when steps could not have control groups here
   */
  public static void prepare() throws IOException {
    prepare(UNIFIED);
  }

  static void prepare(Path root) throws IOException {
    // The first is there with version 2 alone, the second in every group but the machine's root.
    if (!Files.exists(root.resolve("cgroup.controllers"))
        || !Files.exists(root.resolve("cgroup.type"))) {
      return;
    }
    if (!Files.isWritable(root)) {
      makeWritable(root);
    }
    moveProcesses(root);
    handOn(root);
  }

  private static void makeWritable(Path root) throws IOException {
    try {
      Mounts.mount(
          "none",
          root,
          "",
          Mounts.MS_REMOUNT
              | Mounts.MS_BIND
              | Mounts.MS_NOSUID
              | Mounts.MS_NODEV
              | Mounts.MS_NOEXEC,
          null);
    } catch (LinuxException e) {
      throw new IOException(
          "the control groups in "
              + root
              + " cannot be written to, nor mounted so: does this container lack CAP_SYS_ADMIN,"
              + " or does a profile forbid it to mount?",
          e);
    }
  }

  private static void moveProcesses(Path root) throws IOException {
    Path leaf = Files.createDirectories(root.resolve(LEAF)).resolve("cgroup.procs");
    IOException failure =
        new IOException("processes in " + root + " start others faster than they can be moved");
    for (int round = 0; round < ROUNDS; round++) {
      List<String> left = Files.readAllLines(root.resolve("cgroup.procs"));
      if (left.isEmpty()) {
        return;
      }
      for (String process : left) {
        try {
          Files.writeString(leaf, process, StandardOpenOption.WRITE);
        } catch (IOException e) {
          // Most likely it ended meanwhile; if not, the next round meets it again.
          failure = new IOException("process " + process + " cannot be moved to " + leaf, e);
        }
      }
    }
    throw failure;
  }

  private static void handOn(Path root) throws IOException {
    String wanted =
        Arrays.stream(Files.readString(root.resolve("cgroup.controllers")).strip().split(" ", -1))
            .filter(controller -> !controller.isEmpty())
            .map(controller -> "+" + controller)
            .collect(Collectors.joining(" "));
    if (wanted.isEmpty()) {
      return;
    }
    try {
      Files.writeString(root.resolve("cgroup.subtree_control"), wanted, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw new IOException(
          "the control group " + root + " does not hand on its controllers (" + wanted + ")", e);
    }
  }
}
