package dev.brickyard.yard.configuration;

import dev.brickyard.engine.image.Platform;
import java.nio.file.Path;
import java.util.List;

/**
 * Everything that can be set about the yard.
 *
 * @param checkout the built project: where the services' jars are
 * @param data absolute; the one folder the yard writes to
 * @param workers how many workers {@code up} starts, at least 1
 * @param platforms what the workers offer, this machine's own first; empty means its own and, where
 *     an emulator is installed, linux/amd64 and linux/arm64
 * @param network which addresses it uses
 */
public record YardConfiguration(
    Path checkout,
    Path data,
    Ports ports,
    int workers,
    List<Platform> platforms,
    YardNetwork network) {
  public YardConfiguration {
    platforms = List.copyOf(platforms);
    if (workers < 1 || workers > 99) {
      throw new IllegalArgumentException("workers is " + workers + ", not between 1 and 99");
    }
    if (!data.isAbsolute()) {
      throw new IllegalArgumentException("the data folder " + data + " is not absolute");
    }
  }

  /** The same with other ports. */
  public YardConfiguration withPorts(Ports newPorts) {
    return new YardConfiguration(checkout, data, newPorts, workers, platforms, network);
  }

  /** A file of the project's own build. */
  public Path built(String relative) {
    return checkout.resolve(relative);
  }
}
