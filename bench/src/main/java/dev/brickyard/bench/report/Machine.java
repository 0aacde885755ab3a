package dev.brickyard.bench.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the benchmark runs on, in words. */
public final class Machine {
  private Machine() {}

  /** Processor, memory, system, JVM. */
  public static List<String> describe() throws IOException {
    List<String> lines = new ArrayList<>();
    String processor = value(Path.of("/proc/cpuinfo"), "model name", ":").orElse("processor");
    lines.add(Runtime.getRuntime().availableProcessors() + " cores (" + processor + ")");
    value(Path.of("/proc/meminfo"), "MemTotal", ":")
        .ifPresent(
            text ->
                lines.add(
                    Long.parseLong(text.replaceAll("\\D", "")) / (1L << 20) + " GiB of memory"));
    lines.add(
        value(Path.of("/etc/os-release"), "PRETTY_NAME", "=").orElse("Linux").replace("\"", ""));
    lines.add("Linux " + System.getProperty("os.version").split("-", -1)[0]);
    lines.add("JDK " + System.getProperty("java.version"));
    return lines;
  }

  /** The load average of the last minute (proc(5)). */
  public static double load() throws IOException {
    return Double.parseDouble(Files.readString(Path.of("/proc/loadavg")).split(" ", -1)[0]);
  }

  private static Optional<String> value(Path file, String key, String separator)
      throws IOException {
    return Files.readAllLines(file).stream()
        .filter(line -> line.startsWith(key))
        .findFirst()
        .map(line -> line.substring(line.indexOf(separator) + 1).strip());
  }
}
