package dev.brickyard.bench.builder;

import dev.brickyard.bench.BenchException;
import dev.brickyard.bench.network.Site;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Starts the peers' programs, in the network they are to be measured in. */
final class Program {
  private static final int LAST_LINES = 3;
  private static final int LONGEST = 300;

  private final Site site;
  private final Map<String, String> environment;
  private final Path log;

  /**
   * @param environment added to this process's own
   * @param log gets what the programs say
   */
  Program(Site site, Map<String, String> environment, Path log) {
    this.site = site;
    this.environment = Map.copyOf(environment);
    this.log = log;
  }

  /** Runs it to its end; says whether it succeeded in time. Later, all of its children are gone. */
  boolean run(Duration atMost, List<String> command) throws IOException, InterruptedException {
    Process process = start(command);
    try {
      if (!process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
        Files.writeString(
            log,
            "\nnot finished after " + atMost.toSeconds() + " s\n",
            StandardOpenOption.CREATE,
            StandardOpenOption.APPEND);
        return false;
      }
      return process.exitValue() == 0;
    } finally {
      end(process);
    }
  }

  /** Starts it. */
  Process start(List<String> command) throws IOException {
    List<String> all = new ArrayList<>(site.prefix());
    all.addAll(command);
    ProcessBuilder builder =
        new ProcessBuilder(all)
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().putAll(environment);
    return builder.start();
  }

  private static String shortened(String text) {
    return text.length() <= LONGEST ? text : "… " + text.substring(text.length() - LONGEST);
  }

  /** Kills it and its children if they still run. */
  static void end(Process process) {
    if (process.isAlive()) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  /** The last lines of the log that say something, in one. */
  String lastWords() {
    try {
      List<String> lines =
          Files.readString(log, StandardCharsets.ISO_8859_1)
              .lines()
              .map(String::strip)
              .filter(line -> !line.isEmpty())
              .toList();
      String last =
          String.join(" / ", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()));
      return last.isEmpty() ? "it said nothing" : shortened(last);
    } catch (IOException e) {
      return "its log cannot be read";
    }
  }

  /** What a program prints. */
  static String output(String... command) throws IOException, BenchException, InterruptedException {
    Process process;
    try {
      process =
          new ProcessBuilder(command)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
              .start();
    } catch (IOException e) {
      throw new BenchException(command[0] + " cannot be started: " + e.getMessage(), e);
    }
    String text =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    process.waitFor();
    return text;
  }
}
