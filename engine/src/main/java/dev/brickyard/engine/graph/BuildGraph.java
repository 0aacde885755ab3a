package dev.brickyard.engine.graph;

import java.util.List;

/**
 * What has to be there for a target.
 *
 * @param target the stage that becomes the image
 * @param stages it and every stage it needs, each after those it needs
 * @param images copied or mounted from, besides those that stages begin with
 * @param fetched files from elsewhere that any of the stages names
 */
public record BuildGraph(
    Stage target, List<Stage> stages, List<Root.Image> images, List<Root.Fetched> fetched) {
  public BuildGraph {
    fetched = List.copyOf(fetched);
    stages = List.copyOf(stages);
    images = List.copyOf(images);
  }
}
