package dev.brickyard.contracts;

import java.util.List;

/**
 * A step as announced before anything runs.
 *
 * @param name as people see it
 * @param line of the Dockerfile, 0 for none
 * @param inputs ids of the steps it needs
 */
public record PlannedStep(String id, String name, int line, List<String> inputs) {
  public PlannedStep {
    inputs = List.copyOf(inputs);
  }
}
