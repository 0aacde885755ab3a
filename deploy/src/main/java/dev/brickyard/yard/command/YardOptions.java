package dev.brickyard.yard.command;

import dev.brickyard.yard.YardException;
import dev.brickyard.yard.configuration.ConfigurationReader;
import dev.brickyard.yard.configuration.YardConfiguration;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say which yard is meant; shared by all its commands. */
public final class YardOptions {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Settings, instead of yard.properties: data, workers, platforms, port.NAME.")
  private @Nullable Path config;

  @Option(
      names = "--data-dir",
      paramLabel = "FOLDER",
      description = "The one folder the yard writes to (default: .yard beside the program).")
  private @Nullable Path data;

  @Option(
      names = "--port",
      paramLabel = "NAME=PORT",
      description = "Where a service listens, such as api=9080; 0 is any free port.")
  private Map<String, String> ports = new LinkedHashMap<>();

  @Option(names = "--workers", paramLabel = "N", description = "How many workers (default: 1).")
  private @Nullable String workers;

  @Option(
      names = "--platforms",
      paramLabel = "LIST",
      description = "What the workers offer, such as linux/amd64,linux/arm64.")
  private @Nullable String platforms;

  /** The configuration these options and every other source of settings make. */
  public YardConfiguration read() throws YardException {
    Map<String, String> options = new LinkedHashMap<>();
    if (data != null) {
      options.put("data", data.toAbsolutePath().toString());
    }
    if (workers != null) {
      options.put("workers", workers);
    }
    if (platforms != null) {
      options.put("platforms", platforms);
    }
    ports.forEach((name, port) -> options.put("port." + name, port));
    return new ConfigurationReader(checkout(), System.getenv())
        .read(Optional.ofNullable(config), options);
  }

  /** The folder of the project; the launcher script says which. */
  static Path checkout() {
    return Path.of(System.getProperty("brickyard.checkout", ".")).toAbsolutePath().normalize();
  }
}
