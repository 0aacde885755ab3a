package dev.brickyard.engine.graph;

import dev.brickyard.engine.image.ContainerConfig;
import dev.brickyard.engine.image.Platform;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A stage whose every instruction is settled. Equal to itself only: comparing stages by what they
 * are made of, stages they read included, could take for ever.
 *
 * @param root what it begins with
 * @param steps that make layers, in order
 * @param config how a container of it is started
 * @param author whom MAINTAINER names
 * @param history of its own instructions, not of those of the root
 * @param variables that a stage beginning with it goes on with
 */
public record Stage(
    int index,
    Optional<String> name,
    Platform platform,
    Root root,
    List<Step> steps,
    ContainerConfig config,
    Optional<String> author,
    List<HistoryNote> history,
    BuildVariables variables) {
  public Stage {
    steps = List.copyOf(steps);
    history = List.copyOf(history);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }
}
