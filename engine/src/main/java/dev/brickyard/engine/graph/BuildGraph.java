package dev.brickyard.engine.graph;

import java.util.List;

/**
 * What has to be there for a target.
 *
 * @param target the stage that becomes the image
 * @param stages it and every stage it needs, each after those it needs
 * @param images copied or mounted from, besides those that stages begin with
 */
public record BuildGraph(Stage target, List<Stage> stages, List<Root.Image> images) {
  public BuildGraph {
    stages = List.copyOf(stages);
    images = List.copyOf(images);
  }
}
