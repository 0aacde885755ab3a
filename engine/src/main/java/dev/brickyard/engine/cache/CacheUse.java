package dev.brickyard.engine.cache;

import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.layer.Layer;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What one build relied on: the memory of when a part of the cache was last of use, by which a
 * collector of garbage decides what to keep.
 *
 * @param steps those found in the cache, whether or not the image needed them, and those executed
 * @param bases layers of the images the build started from
 */
public record CacheUse(List<StepUse> steps, List<Layer> bases) {
  public CacheUse {
    steps = List.copyOf(steps);
    bases = List.copyOf(bases);
  }

  /**
   * One step.
   *
   * @param keys under which its record was found or written
   */
  public record StepUse(Set<Digest> keys, Layer layer) {
    public StepUse {
      keys = Set.copyOf(keys);
    }
  }

  /** Both together. */
  public CacheUse plus(CacheUse other) {
    return new CacheUse(
        Stream.concat(steps.stream(), other.steps.stream()).toList(),
        Stream.concat(bases.stream(), other.bases.stream()).toList());
  }

  /** Whether the build used nothing that is worth remembering. */
  public boolean isEmpty() {
    return steps.isEmpty() && bases.isEmpty();
  }
}
