package dev.brickyard.engine.solve;

import dev.brickyard.engine.StepId;
import dev.brickyard.engine.layer.Layer;
import dev.brickyard.engine.snapshot.LayerStore;
import java.util.Comparator;
import java.util.List;

/** Brings layers to this disk, and tells how far that is. */
final class LayerPull {
  /** Counts what came of a base image. */
  static final String OF_BASE = "bytes-pulled";

  /** Counts what came of layers that other steps of the farm made. */
  static final String OF_STEPS = "bytes-fetched";

  /** Telling more often would cost more than it says. */
  private static final long STEP_NANOS = 200_000_000;

  private final LayerStore store;
  private final Progress progress;
  private final StepId step;
  private final String counter;
  private long total;
  private long pulled;
  private long told;

  /**
   * @param step what the numbers are told of
   * @param counter {@link #OF_BASE} or {@link #OF_STEPS}
   */
  LayerPull(LayerStore store, Progress progress, StepId step, String counter) {
    this.store = store;
    this.progress = progress;
    this.step = step;
    this.counter = counter;
  }

  /** Returns when all of them are here; tells nothing when they were. */
  void pull(List<Layer> layers) throws Exception {
    List<Layer> missing =
        layers.stream()
            .filter(layer -> !store.has(layer))
            .distinct()
            .sorted(Comparator.comparingLong((Layer layer) -> layer.blob().size()).reversed())
            .toList();
    if (missing.isEmpty()) {
      return;
    }
    total = missing.stream().mapToLong(layer -> layer.blob().size()).sum();
    progress.counted(step, counter, 0, total);
    Parallel.each(missing, layer -> store.fetch(layer, this::came));
    // Layer images have other sizes than the blobs that were expected.
    long all = all();
    progress.counted(step, counter, all, all);
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
    progress.counted(step, counter, current, expected);
  }
}
