package dev.brickyard.engine.graph;

import dev.brickyard.engine.StepId;

/** A root filesystem: what a stage begins with, and what can be copied from. */
public sealed interface Root {
  /** Nothing at all. */
  record Scratch() implements Root {}

  /**
   * An image of a registry.
   *
   * @param id of the step that stands for having it
   * @param name of that step
   * @param line of the Dockerfile that asks for it
   */
  record Image(StepId id, String name, int line, BaseImage image) implements Root {}

  /** What another stage ends with. */
  record OfStage(Stage stage) implements Root {}
}
