package dev.brickyard.storage.garbage;

import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What a collection did, or would have done.
 *
 * @param dryRun true when nothing was removed: deleted stands for what would have been
 * @param grace the period that was waited, longer than the setting while long builds run
 * @param kinds figures of each kind there are objects of
 * @param sample keys of some of the deleted objects
 */
public record CollectionReport(
    boolean dryRun, Duration grace, Map<ObjectKind, Figures> kinds, List<String> sample) {
  public CollectionReport {
    kinds = Map.copyOf(kinds);
    sample = List.copyOf(sample);
  }

  /** All kinds together. */
  public Figures total() {
    return kinds.values().stream().reduce(Figures.NONE, Figures::plus);
  }

  /** Counts while a collection runs. Not for use by several threads. */
  static final class Builder {
    private static final int SAMPLE = 50;

    private final boolean dryRun;
    private final Duration grace;
    private final Map<ObjectKind, Figures> kinds = new EnumMap<>(ObjectKind.class);
    private final List<String> sample = new java.util.ArrayList<>();

    Builder(boolean dryRun, Duration grace) {
      this.dryRun = dryRun;
      this.grace = grace;
    }

    void kept(ObjectKind kind, long size) {
      kinds.put(kind, figures(kind).keeping(size));
    }

    void waiting(ObjectKind kind, long size) {
      kinds.put(kind, figures(kind).waiting(size));
    }

    void deleted(ObjectKind kind, String key, long size) {
      kinds.put(kind, figures(kind).deleting(size));
      if (sample.size() < SAMPLE) {
        sample.add(key);
      }
    }

    private Figures figures(ObjectKind kind) {
      return kinds.getOrDefault(kind, Figures.NONE);
    }

    CollectionReport build() {
      return new CollectionReport(dryRun, grace, kinds, sample);
    }
  }
}
