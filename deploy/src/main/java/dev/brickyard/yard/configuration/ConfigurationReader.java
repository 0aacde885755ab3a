package dev.brickyard.yard.configuration;

import dev.brickyard.engine.image.Platform;
import dev.brickyard.yard.YardException;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;

/**
 * Puts the configuration together. Keys are {@code data}, {@code workers}, {@code platforms} and
 * {@code port.NAME}; a later source wins:
 *
 * <ol>
 *   <li>the defaults: data in {@code .yard} of the checkout, one worker;
 *   <li>the file given, else {@code yard.properties} of the checkout where there is one;
 *   <li>what the running yard was started with, remembered in its data folder;
 *   <li>the environment: {@code BRICKYARD_YARD_DATA}, {@code BRICKYARD_YARD_PORT_API}, …;
 *   <li>the options of the command.
 * </ol>
 */
public final class ConfigurationReader {
  /** Remembers, in the data folder, what a running yard was started with. */
  static final String SAVED = "yard.properties";

  private static final String ENVIRONMENT_PREFIX = "BRICKYARD_YARD_";

  private final Path checkout;
  private final Map<String, String> environment;

  /**
   * @param checkout absolute
   * @param environment as of {@link System#getenv()}
   */
  public ConfigurationReader(Path checkout, Map<String, String> environment) {
    this.checkout = checkout;
    this.environment = environment;
  }

  /**
   * Reads everything.
   *
   * @param file must exist when given
   * @param options by key, from the command line
   * @throws YardException naming every mistake, each with its source
   */
  public YardConfiguration read(Optional<Path> file, Map<String, String> options)
      throws YardException {
    List<Source> sources = new ArrayList<>();
    Path standard = checkout.resolve("yard.properties");
    if (file.isPresent() || Files.exists(standard)) {
      Path path = file.orElse(standard);
      sources.add(new Source(path.toString(), load(path)));
    }
    Source fromEnvironment = new Source("the environment", fromEnvironment());
    Source fromOptions = new Source("the command line", options);

    List<Source> withoutSaved = new ArrayList<>(sources);
    withoutSaved.add(fromEnvironment);
    withoutSaved.add(fromOptions);
    Path data = dataFolder(withoutSaved);
    Path saved = data.resolve(SAVED);
    if (Files.exists(saved)) {
      sources.add(new Source(saved.toString(), load(saved)));
    }
    sources.add(fromEnvironment);
    sources.add(fromOptions);
    return parse(data, sources);
  }

  /** Remembers the ports and the rest while the yard is up; replaces what was remembered. */
  public static void save(YardConfiguration configuration) throws IOException {
    StringBuilder text = new StringBuilder("# What the running yard was started with.\n");
    configuration
        .ports()
        .byName()
        .forEach((name, port) -> text.append("port.%s=%d%n".formatted(name, port)));
    text.append("workers=").append(configuration.workers()).append('\n');
    if (!configuration.platforms().isEmpty()) {
      text.append("platforms=")
          .append(
              String.join(",", configuration.platforms().stream().map(Platform::toString).toList()))
          .append('\n');
    }
    YardNetwork network = configuration.network();
    if (!network.equals(YardNetwork.LOOPBACK)) {
      text.append("address=").append(network.address()).append('\n');
      text.append("worker-address=").append(network.workerAddress()).append('\n');
      network
          .workerNamespace()
          .ifPresent(name -> text.append("worker-namespace=").append(name).append('\n'));
    }
    Path file = configuration.data().resolve(SAVED);
    Path temporary = configuration.data().resolve(SAVED + ".new");
    Files.writeString(temporary, text);
    Files.move(
        temporary,
        file,
        java.nio.file.StandardCopyOption.ATOMIC_MOVE,
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
  }

  /** Forgets what was remembered: the yard is down. */
  public static void forget(Path data) throws IOException {
    Files.deleteIfExists(data.resolve(SAVED));
  }

  private Path dataFolder(List<Source> sources) {
    Path data = checkout.resolve(".yard");
    for (Source source : sources) {
      String value = source.values().get("data");
      if (value != null) {
        data = Path.of(value);
      }
    }
    return data.toAbsolutePath().normalize();
  }

  private YardConfiguration parse(Path data, List<Source> sources) throws YardException {
    List<String> mistakes = new ArrayList<>();
    Map<String, Integer> ports = new TreeMap<>();
    int workers = 1;
    List<Platform> platforms = List.of();
    YardNetwork network = YardNetwork.LOOPBACK;
    for (Source source : sources) {
      for (Map.Entry<String, String> entry : source.values().entrySet()) {
        String key = entry.getKey();
        String value = entry.getValue().trim();
        try {
          if (key.equals("workers")) {
            workers = number(key, value, 1, 99);
          } else if (key.equals("platforms")) {
            platforms = List.of(value.split(",", -1)).stream().map(Platform::parse).toList();
          } else if (key.equals("address")) {
            network = network.withAddress(value);
          } else if (key.equals("worker-address")) {
            network = network.withWorkerAddress(value);
          } else if (key.equals("worker-namespace")) {
            network = network.withWorkerNamespace(value);
          } else if (key.startsWith("port.") && Ports.isName(key.substring("port.".length()))) {
            ports.put(key.substring("port.".length()), number(key, value, 0, 65535));
          } else if (!key.equals("data")) {
            mistakes.add(
                source.name()
                    + " sets "
                    + key
                    + ", which is not a setting: data, workers, platforms, port.NAME, address,"
                    + " worker-address, worker-namespace");
          }
        } catch (IllegalArgumentException e) {
          mistakes.add(source.name() + ": " + e.getMessage());
        }
      }
    }
    if (!mistakes.isEmpty()) {
      throw new YardException(String.join("\n", mistakes));
    }
    return new YardConfiguration(checkout, data, new Ports(ports), workers, platforms, network);
  }

  private static int number(String key, String value, int low, int high) {
    try {
      int number = Integer.parseInt(value);
      if (number >= low && number <= high) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Said below, in words that name the setting.
    }
    throw new IllegalArgumentException(
        key + " is \"" + value + "\", not a number between " + low + " and " + high);
  }

  private Map<String, String> fromEnvironment() {
    Map<String, String> found = new TreeMap<>();
    environment.forEach(
        (name, value) -> {
          if (name.startsWith(ENVIRONMENT_PREFIX)) {
            String key = name.substring(ENVIRONMENT_PREFIX.length()).toLowerCase(Locale.ROOT);
            if (key.startsWith("port_")) {
              key = "port." + key.substring("port_".length()).replace('_', '-');
            } else {
              key = key.replace('_', '-');
            }
            found.put(key, value);
          }
        });
    return found;
  }

  private static Map<String, String> load(Path file) throws YardException {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      properties.load(reader);
    } catch (IOException | IllegalArgumentException e) {
      throw new YardException("cannot read the configuration " + file + ": " + e.getMessage(), e);
    }
    Map<String, String> values = new TreeMap<>();
    properties.stringPropertyNames().forEach(key -> values.put(key, properties.getProperty(key)));
    return values;
  }

  private record Source(String name, Map<String, String> values) {}
}
