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
 * @param unprecedented true when nobody can have had this root before: whatever is done upon it is
 *     in no record
 */
record StageState(List<Layer> layers, boolean asDefined, boolean unprecedented) {
  StageState {
    layers = List.copyOf(layers);
  }

  /** Where a stage begins. */
  static StageState of(List<Layer> layers) {
    return new StageState(layers, true, false);
  }

  /** With one more layer, which was found. */
  StageState plus(Layer layer, boolean asDefined) {
    return plus(layer, asDefined, unprecedented);
  }

  /** With one more layer, which this build made. */
  StageState plusMade(StepResult made) {
    return plus(made.layer(), false, unprecedented || made.unprecedented());
  }

  private StageState plus(Layer layer, boolean asDefined, boolean unprecedented) {
    List<Layer> more = new ArrayList<>(layers);
    more.add(layer);
    return new StageState(more, asDefined, unprecedented);
  }
}
