package dev.brickyard.yard.service;

import dev.brickyard.yard.YardException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Runs a program to its end when its output matters only if it fails. */
public final class Tool {
  private Tool() {}

  /**
   * Runs the command and gives its output, both streams.
   *
   * @param input what it reads from its standard input
   * @throws YardException with the output's end when it fails or takes longer than a minute
   */
  public static String run(List<String> command, String input)
      throws IOException, YardException, InterruptedException {
    Path output = Files.createTempFile("brickyard-tool", ".log");
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      try (var stdin = process.getOutputStream()) {
        stdin.write(input.getBytes(StandardCharsets.UTF_8));
      } catch (IOException e) {
        // It ended without reading; its exit code says why.
      }
      String verdict;
      if (!process.waitFor(1, TimeUnit.MINUTES)) {
        process.destroyForcibly().waitFor();
        verdict = "took longer than a minute";
      } else if (process.exitValue() == 0) {
        return Files.readString(output, StandardCharsets.ISO_8859_1);
      } else {
        verdict = "exit code " + process.exitValue();
      }
      String said = Files.readString(output, StandardCharsets.ISO_8859_1).strip();
      throw new YardException(
          command.getFirst()
              + " failed ("
              + verdict
              + "): "
              + said.substring(Math.max(0, said.length() - 2000)));
    } finally {
      Files.deleteIfExists(output);
    }
  }

  /** Where the program is, in {@code PATH} or where administrators' programs are. */
  public static Optional<Path> find(String program) {
    String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
    return Stream.concat(
            Arrays.stream(path.split(":", -1)).filter(part -> !part.isEmpty()),
            Stream.of("/usr/local/sbin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"))
        .map(folder -> Path.of(folder, program))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** As {@link #find}, or a sentence that names the Debian package. */
  static Path require(String program, String debianPackage) throws YardException {
    return find(program)
        .orElseThrow(
            () -> new YardException(program + " is missing: apt-get install " + debianPackage));
  }
}
