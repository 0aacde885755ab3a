package dev.brickyard.scheduler.build;

import java.util.List;

/**
 * What a fact leads to.
 *
 * @param life the build afterwards
 * @param effects empty together with an unchanged life: the fact came too late, twice, or from an
 *     attempt that no longer counts
 */
public record Change(BuildLife life, List<Effect> effects) {
  public Change {
    effects = List.copyOf(effects);
  }

  /** Nothing happened. */
  static Change none(BuildLife life) {
    return new Change(life, List.of());
  }
}
