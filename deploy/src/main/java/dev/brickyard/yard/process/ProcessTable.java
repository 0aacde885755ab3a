package dev.brickyard.yard.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the kernel says about the processes of this machine, read from {@code /proc}. */
public final class ProcessTable {
  private static final Path PROC = Path.of("/proc");
  private static final Pattern SOCKET = Pattern.compile("socket:\\[(\\d+)]");
  private static final double TICKS_PER_SECOND = 100;

  private ProcessTable() {}

  /**
   * A process's line in {@code /proc/PID/stat}.
   *
   * @param session the pid of the leader of its session
   */
  public record Stat(long pid, char state, long session, long startTicks) {
    /** False for a zombie, which only waits for its parent. */
    public boolean running() {
      return state != 'Z' && state != 'X';
    }
  }

  /** Empty when there is no such process. */
  public static Optional<Stat> stat(long pid) {
    String text;
    try {
      text = Files.readString(PROC.resolve(Long.toString(pid)).resolve("stat"));
    } catch (IOException e) {
      return Optional.empty();
    }
    // The name, in brackets, may hold anything; the fields are counted from its end.
    String[] fields = text.substring(text.lastIndexOf(')') + 2).split(" ", -1);
    return Optional.of(
        new Stat(pid, fields[0].charAt(0), Long.parseLong(fields[3]), Long.parseLong(fields[19])));
  }

  /** Every process there is. */
  public static List<Stat> all() {
    List<Stat> found = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(PROC, "[0-9]*")) {
      for (Path entry : entries) {
        stat(Long.parseLong(entry.getFileName().toString())).ifPresent(found::add);
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return found;
  }

  /** The running processes of a session. */
  public static List<Stat> session(long leader) {
    return all().stream().filter(stat -> stat.session() == leader && stat.running()).toList();
  }

  /** The running processes that were started with {@code name=value} in their environment. */
  public static List<Stat> withEnvironment(String name, String value) {
    String wanted = name + "=" + value;
    return all().stream()
        .filter(Stat::running)
        .filter(stat -> List.of(nulSeparated(stat.pid(), "environ")).contains(wanted))
        .toList();
  }

  /** The command line, shortened to what tells programs apart; the pid when it is not to be had. */
  public static String describe(long pid) {
    String[] words = nulSeparated(pid, "cmdline");
    if (words.length == 0 || words[0].isBlank()) {
      return "?";
    }
    String command = String.join(" ", words).trim();
    return command.length() <= 80 ? command : command.substring(0, 79) + "…";
  }

  /** Physical memory of these processes, each shared page counted once for all who share it. */
  public static long memoryBytes(List<Stat> processes) {
    return processes.stream().mapToLong(stat -> proportionalBytes(stat.pid())).sum();
  }

  /** How long the process has run. */
  public static Duration uptime(Stat stat) {
    try {
      String text = Files.readString(PROC.resolve("uptime"));
      double sinceBoot = Double.parseDouble(text.substring(0, text.indexOf(' ')));
      return Duration.ofMillis(
          Math.max(0, Math.round((sinceBoot - stat.startTicks() / TICKS_PER_SECOND) * 1000)));
    } catch (IOException e) {
      return Duration.ZERO;
    }
  }

  /** The process that listens on the TCP port, on any address; empty when it cannot be told. */
  public static Optional<Long> listener(int port) {
    Set<String> inodes = new HashSet<>();
    for (String table : List.of("net/tcp", "net/tcp6")) {
      try {
        for (String line : Files.readAllLines(PROC.resolve(table))) {
          // sl, local address:port, remote, state (0A is LISTEN), queues, timer, …, inode
          String[] fields = line.trim().split("\\s+", -1);
          if (fields.length > 9
              && fields[3].equals("0A")
              && Integer.parseInt(fields[1].substring(fields[1].indexOf(':') + 1), 16) == port) {
            inodes.add(fields[9]);
          }
        }
      } catch (IOException e) {
        // A kernel without IPv6 has no such table.
      }
    }
    return inodes.isEmpty()
        ? Optional.empty()
        : all().stream().map(Stat::pid).filter(pid -> holdsSocket(pid, inodes)).findFirst();
  }

  private static boolean holdsSocket(long pid, Set<String> inodes) {
    try (DirectoryStream<Path> descriptors =
        Files.newDirectoryStream(PROC.resolve(Long.toString(pid)).resolve("fd"))) {
      for (Path descriptor : descriptors) {
        Matcher socket = SOCKET.matcher(target(descriptor));
        if (socket.matches() && inodes.contains(socket.group(1))) {
          return true;
        }
      }
    } catch (IOException e) {
      // It ended, or it is somebody else's.
    }
    return false;
  }

  private static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException e) {
      return "";
    }
  }

  private static long proportionalBytes(long pid) {
    try {
      for (String line :
          Files.readAllLines(PROC.resolve(Long.toString(pid)).resolve("smaps_rollup"))) {
        if (line.startsWith("Pss:")) {
          return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
        }
      }
    } catch (IOException e) {
      // It ended meanwhile.
    }
    return 0;
  }

  private static String[] nulSeparated(long pid, String file) {
    try {
      byte[] bytes = Files.readAllBytes(PROC.resolve(Long.toString(pid)).resolve(file));
      return new String(bytes, StandardCharsets.UTF_8).split("\0", -1);
    } catch (IOException e) {
      return new String[0];
    }
  }
}
