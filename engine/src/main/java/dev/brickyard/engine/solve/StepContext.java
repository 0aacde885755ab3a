package dev.brickyard.engine.solve;

import dev.brickyard.engine.graph.Root;
import dev.brickyard.engine.layer.Layer;
import dev.brickyard.engine.layer.OwnerNames;
import dev.brickyard.engine.layer.RootIndex;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What an executing step can ask of its build. */
interface StepContext {
  /** The layers of another root the step reads, realised. */
  List<Layer> layersOf(Root root) throws Exception;

  /** The files sent with the build. */
  ContextFiles context();

  /** What time stamps are clamped to. */
  Optional<Instant> epoch();

  /** Turns a name of the step's own root filesystem into ids. */
  static OwnerNames.Owner owner(RootIndex root, String name) {
    return OwnerNames.of(root).owner(name);
  }
}
