package dev.brickyard.engine;

import java.util.List;

/**
 * A step as announced before anything runs.
 *
 * @param name as people see it: {@code [build 3/5] RUN make}
 * @param line of the Dockerfile, from 1; 0 for steps without one, such as pushing
 * @param inputs steps whose results it needs
 */
public record StepPlan(StepId id, String name, int line, List<StepId> inputs) {
  public StepPlan {
    inputs = List.copyOf(inputs);
  }
}
