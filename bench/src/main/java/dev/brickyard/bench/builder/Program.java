package dev.brickyard.bench.builder;

import dev.brickyard.bench.BenchException;
import dev.brickyard.bench.network.Site;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Starts the peers' programs, in the network they are to be measured in. */
final class Program {
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
      return process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS) && process.exitValue() == 0;
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

  /** Kills it and its children if they still run. */
  static void end(Process process) {
    if (process.isAlive()) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  /** The last line of the log that says something. */
  String lastWords() {
    try {
      List<String> lines = Files.readString(log, StandardCharsets.ISO_8859_1).lines().toList();
      return lines.reversed().stream()
          .filter(line -> !line.isBlank())
          .findFirst()
          .map(line -> line.substring(0, Math.min(line.length(), 300)))
          .orElse("it said nothing");
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
