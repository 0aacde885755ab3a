package dev.brickyard.engine.cachemount;

import dev.brickyard.engine.layer.ImagePath;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Keeps a mount's files within a size by dropping those not used for longest. */
final class SizeCap {
  private SizeCap() {}

  /**
   * The entries as they are when they fit, and else without the files used longest ago, until a
   * tenth of the cap is free: the next few files should not make it drop again.
   */
  static SortedMap<ImagePath, MountEntry> apply(
      SortedMap<ImagePath, MountEntry> entries, long maxBytes) {
    long size = entries.values().stream().mapToLong(MountEntry::size).sum();
    if (size <= maxBytes) {
      return entries;
    }
    List<MountEntry> oldestFirst =
        entries.values().stream()
            .filter(entry -> entry.size() > 0)
            .sorted(Comparator.comparingLong(entry -> entry.content().orElseThrow().used()))
            .toList();
    SortedMap<ImagePath, MountEntry> kept = new TreeMap<>(entries);
    long target = maxBytes - maxBytes / 10;
    for (MountEntry entry : oldestFirst) {
      if (size <= target) {
        break;
      }
      kept.remove(entry.path());
      size -= entry.size();
    }
    return kept;
  }
}
