package dev.brickyard.bench.result;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * Everything that was measured over one network.
 *
 * @param network {@code loopback} or {@code wan}
 * @param date when it began, as in {@code 2026-01-02}
 * @param command what was typed
 * @param machine what it ran on, in words
 * @param versions of the builders, by name, in the order of columns
 * @param load the load average of the minute before the first measurement
 * @param samples in the order they were taken
 */
public record Results(
    String network,
    String date,
    String command,
    List<String> machine,
    Map<String, String> versions,
    double load,
    List<Sample> samples) {
  private static final ObjectMapper JSON =
      new ObjectMapper()
          .registerModule(new Jdk8Module())
          .enable(SerializationFeature.INDENT_OUTPUT);

  public Results {
    machine = List.copyOf(machine);
    versions = java.util.Collections.unmodifiableMap(new java.util.LinkedHashMap<>(versions));
    samples = List.copyOf(samples);
  }

  /** What was kept in the file. */
  public static Results read(Path file) throws IOException {
    return JSON.readValue(file.toFile(), Results.class);
  }

  /** Keeps it, in place of what the file held. */
  public void write(Path file) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    Files.writeString(fresh, JSON.writeValueAsString(this) + "\n");
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** The samples of a cell of the table. */
  public List<Sample> of(String project, String situation, String builder) {
    return samples.stream()
        .filter(
            sample ->
                sample.project().equals(project)
                    && sample.situation().equals(situation)
                    && sample.builder().equals(builder))
        .toList();
  }

  /** The median of a cell of the table, in seconds; empty when no build of it succeeded. */
  public OptionalDouble median(String project, String situation, String builder) {
    return Statistics.median(
        of(project, situation, builder).stream()
            .flatMap(sample -> sample.seconds().stream())
            .toList());
  }

  /** How many runs there were. */
  public int runs() {
    return samples.stream().mapToInt(Sample::run).max().orElse(0);
  }
}
