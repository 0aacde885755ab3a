package dev.brickyard.engine.graph;

import dev.brickyard.engine.StepId;
import dev.brickyard.engine.dockerfile.SourceRange;

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

  /**
   * Files from elsewhere, which are fetched when a step needs them.
   *
   * @param id of the step that stands for fetching them
   * @param name of that step
   * @param range where the Dockerfile asks for them first
   */
  record Fetched(StepId id, String name, SourceRange range, FetchedFiles files) implements Root {}

  /** What another stage ends with. */
  record OfStage(Stage stage) implements Root {}
}
