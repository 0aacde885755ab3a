package dev.brickyard.scheduler.build;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Facts about steps, folded together: at most one for each step. */
public final class StepUpdates {
  private record Key(UUID jobId, int attempt, String stepId) {}

  private final Map<Key, StepUpdate> updates = new LinkedHashMap<>();

  /** Adds a fact. */
  public void add(StepUpdate update) {
    updates.merge(
        new Key(update.jobId(), update.attempt(), update.stepId()), update, StepUpdate::and);
  }

  /** All facts; afterwards there are none. */
  public List<StepUpdate> drain() {
    List<StepUpdate> drained = List.copyOf(updates.values());
    updates.clear();
    return drained;
  }
}
