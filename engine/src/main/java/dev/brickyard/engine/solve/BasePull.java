package dev.brickyard.engine.solve;

import dev.brickyard.engine.StepId;
import dev.brickyard.engine.layer.Layer;
import dev.brickyard.engine.snapshot.LayerStore;
import java.util.Comparator;
import java.util.List;

/** Brings the layers of a base image to this disk, and tells how far that is. */
final class BasePull {
  private static final String COUNTER = "bytes-pulled";

  /** Telling more often would cost more than it says. */
  private static final long STEP_NANOS = 200_000_000;

  private final LayerStore store;
  private final Progress progress;
  private final StepId step;
  private long total;
  private long pulled;
  private long told;

  /**
   * @param step what the numbers are told of
   */
  BasePull(LayerStore store, Progress progress, StepId step) {
    this.store = store;
    this.progress = progress;
    this.step = step;
  }

  /** Returns when all of them are here. */
  void pull(List<Layer> layers) throws Exception {
    List<Layer> missing =
        layers.stream()
            .filter(layer -> !store.has(layer))
            .distinct()
            .sorted(Comparator.comparingLong((Layer layer) -> layer.blob().size()).reversed())
            .toList();
    total = missing.stream().mapToLong(layer -> layer.blob().size()).sum();
    progress.counted(step, COUNTER, 0, total);
    Parallel.each(missing, layer -> store.fetch(layer, this::came));
    // Layer images have other sizes than the blobs that were expected.
    long all = all();
    progress.counted(step, COUNTER, all, all);
  }

  private synchronized long all() {
    return pulled;
  }

  private void came(long bytes) {
    long now = System.nanoTime();
    long current;
    long expected;
    synchronized (this) {
      pulled += bytes;
      if (now - told < STEP_NANOS && told != 0) {
        return;
      }
      told = now;
      current = pulled;
      expected = Math.max(total, pulled);
    }
    progress.counted(step, COUNTER, current, expected);
  }
}
