package dev.brickyard.yard.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A process and nothing else: a bare pid may belong to somebody else by tomorrow, so the time it
 * was started and the boot of the machine go with it.
 *
 * @param startTicks clock ticks after boot, field 22 of {@code /proc/PID/stat} (proc(5))
 * @param boot the kernel's random id of this boot
 */
public record ProcessId(long pid, long startTicks, String boot) {
  /** The process that has the pid now; empty when none runs (a zombie does not). */
  public static Optional<ProcessId> current(long pid) {
    return ProcessTable.stat(pid)
        .filter(ProcessTable.Stat::running)
        .map(stat -> new ProcessId(pid, stat.startTicks(), thisBoot()));
  }

  /** Reads what {@link #toString} wrote; empty for anything else. */
  static Optional<ProcessId> parse(String text) {
    String[] parts = text.trim().split(" ", -1);
    if (parts.length != 3) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new ProcessId(Long.parseLong(parts[0]), Long.parseLong(parts[1]), parts[2]));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** True while this very process runs. */
  public boolean running() {
    return current(pid).equals(Optional.of(this));
  }

  private static String thisBoot() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).trim();
    } catch (IOException e) {
      return "unknown";
    }
  }

  @Override
  public String toString() {
    return pid + " " + startTicks + " " + boot;
  }
}
