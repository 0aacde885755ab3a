package dev.brickyard.bench.result;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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
    versions = Collections.unmodifiableMap(new LinkedHashMap<>(versions));
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

  /** These, and what an earlier benchmark measured of other projects on the same network. */
  public Results with(Results earlier) {
    Set<String> measured = samples.stream().map(Sample::project).collect(Collectors.toSet());
    List<Sample> kept =
        earlier.samples().stream().filter(sample -> !measured.contains(sample.project())).toList();
    if (kept.isEmpty()) {
      return this;
    }
    Map<String, String> builders = new LinkedHashMap<>(earlier.versions());
    builders.putAll(versions);
    return new Results(
        network,
        date,
        earlier.command() + "`, then `" + command,
        machine,
        builders,
        load,
        Stream.concat(kept.stream(), samples.stream()).toList());
  }

  /** How many runs there were of each project, in the order they were measured first. */
  public Map<String, Integer> runs() {
    Map<String, Integer> runs = new LinkedHashMap<>();
    samples.forEach(sample -> runs.merge(sample.project(), sample.run(), Math::max));
    return runs;
  }
}
