package dev.brickyard.engine.graph;

import dev.brickyard.engine.image.ContainerConfig;
import dev.brickyard.engine.image.Platform;
import java.util.List;
import java.util.Optional;

/**
 * A stage whose every instruction is settled.
 *
 * @param root what it begins with
 * @param steps that make layers, in order
 * @param config how a container of it is started
 * @param author whom MAINTAINER names
 * @param history of its own instructions, not of those of the root
 */
public record Stage(
    int index,
    Optional<String> name,
    Platform platform,
    Root root,
    List<Step> steps,
    ContainerConfig config,
    Optional<String> author,
    List<HistoryNote> history) {
  public Stage {
    steps = List.copyOf(steps);
    history = List.copyOf(history);
  }
}
