package dev.brickyard.engine.graph;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The variables a stage ends with, which a stage that begins with it goes on with.
 *
 * @param environment what a process would see, of ENV and of ARG alike
 * @param args declared in it and below it, in order, with their values if they have one
 */
public record BuildVariables(Map<String, String> environment, Map<String, Optional<String>> args) {
  /** None at all. */
  public static final BuildVariables NONE = new BuildVariables(Map.of(), Map.of());

  /** Copies the maps, in their order. */
  public BuildVariables {
    environment = Collections.unmodifiableMap(new LinkedHashMap<>(environment));
    args = Collections.unmodifiableMap(new LinkedHashMap<>(args));
  }
}
