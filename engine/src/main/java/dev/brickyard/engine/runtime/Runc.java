package dev.brickyard.engine.runtime;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * {@code runc}.
 *
 * @param path of the program
 * @param keeps whether it can leave the container's control group behind to be read
 */
record Runc(Path path, boolean keeps) implements RuntimeProgram {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Asks the program what it can do. */
  static Runc at(Path path) throws RuntimeFailure {
    return new Runc(
        path, ProgramStart.outputOf(List.of(path.toString(), "run", "--help")).contains("--keep"));
  }

  @Override
  public String name() {
    return "runc";
  }

  @Override
  public List<String> run(Path states, Path bundle, String id) {
    List<String> command = new ArrayList<>();
    command.addAll(List.of(path.toString(), "--root", states.toString()));
    command.addAll(List.of("--log", bundle.resolve(LOG).toString(), "--log-format", "json"));
    command.add("run");
    if (keeps) {
      command.add("--keep");
    }
    command.addAll(List.of("--bundle", bundle.toString(), id));
    return command;
  }

  @Override
  public List<String> delete(Path states, String id) {
    return List.of(path.toString(), "--root", states.toString(), "delete", "--force", id);
  }

  @Override
  public String controlGroup(String id) {
    return ControlGroups.path(id);
  }

  @Override
  public boolean tellsOutOfMemory() {
    return keeps;
  }

  @Override
  public Optional<String> error(List<String> log) {
    for (String line : log) {
      try {
        JsonNode entry = JSON.readTree(line);
        if (entry.path("level").asText().equals("error")) {
          return Optional.of(entry.path("msg").asText().replaceFirst("^runc run failed: ", ""));
        }
      } catch (JsonProcessingException e) {
        return Optional.of(line);
      }
    }
    return Optional.empty();
  }
}
