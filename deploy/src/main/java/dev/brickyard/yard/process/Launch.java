package dev.brickyard.yard.process;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * How a child process is started.
 *
 * @param environment added to the launcher's own
 * @param directory it runs in; made when missing
 */
public record Launch(List<String> command, Map<String, String> environment, Path directory) {
  public Launch {
    command = List.copyOf(command);
    environment = Map.copyOf(environment);
  }
}
