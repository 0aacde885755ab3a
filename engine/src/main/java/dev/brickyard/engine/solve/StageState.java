package dev.brickyard.engine.solve;

import dev.brickyard.engine.layer.Layer;
import java.util.ArrayList;
import java.util.List;

/**
 * A root filesystem as it was realised.
 *
 * @param layers lowest first
 * @param asDefined true when every step so far is what its definition key stood for: only then the
 *     definition key of the next step says what it stands on
 */
record StageState(List<Layer> layers, boolean asDefined) {
  StageState {
    layers = List.copyOf(layers);
  }

  /** With one more layer. */
  StageState plus(Layer layer, boolean asDefined) {
    List<Layer> more = new ArrayList<>(layers);
    more.add(layer);
    return new StageState(more, asDefined);
  }
}
