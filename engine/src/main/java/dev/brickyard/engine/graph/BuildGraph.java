package dev.brickyard.engine.graph;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What has to be there for a target.
 *
 * @param target the stage that becomes the image
 * @param stages it and every stage it needs, each after those it needs
 * @param images copied or mounted from, besides those that stages begin with
 * @param epoch what every new time stamp becomes, by the request or by the Dockerfile's own {@code
 *     ARG SOURCE_DATE_EPOCH}
 * @param unusedArgs build arguments that were given and that nothing asks for, by name
 */
public record BuildGraph(
    Stage target,
    List<Stage> stages,
    List<Root.Image> images,
    Optional<Instant> epoch,
    List<String> unusedArgs) {
  public BuildGraph {
    stages = List.copyOf(stages);
    images = List.copyOf(images);
    unusedArgs = List.copyOf(unusedArgs);
  }
}
