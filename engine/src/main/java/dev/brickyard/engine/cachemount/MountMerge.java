package dev.brickyard.engine.cachemount;

import dev.brickyard.engine.layer.ImagePath;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Joins what two workers did to a cache mount, path by path, against what both started from. What
 * only one of them changed or removed counts; where both did, the later save (local) wins.
 */
final class MountMerge {
  private final Map<ImagePath, MountEntry> base;
  private final Map<ImagePath, MountEntry> local;
  private final Map<ImagePath, MountEntry> remote;

  private MountMerge(
      Map<ImagePath, MountEntry> base,
      Map<ImagePath, MountEntry> local,
      Map<ImagePath, MountEntry> remote) {
    this.base = base;
    this.local = local;
    this.remote = remote;
  }

  /**
   * @param base what the local content was made from
   * @param local what is to be saved
   * @param remote what the store has
   * @return the remote entry wherever it is the same as the local one
   */
  static SortedMap<ImagePath, MountEntry> merge(
      Map<ImagePath, MountEntry> base,
      Map<ImagePath, MountEntry> local,
      Map<ImagePath, MountEntry> remote) {
    SortedMap<ImagePath, MountEntry> merged = new TreeMap<>();
    local.forEach(
        (path, mine) -> {
          @Nullable MountEntry was = base.get(path);
          @Nullable MountEntry theirs = remote.get(path);
          boolean changed = was == null || !mine.same(was);
          if (theirs != null && (!changed || theirs.same(mine))) {
            merged.put(path, theirs);
          } else if (changed) {
            merged.put(path, mine);
          }
        });
    remote.forEach(
        (path, theirs) -> {
          if (!local.containsKey(path)) {
            @Nullable MountEntry was = base.get(path);
            boolean added = was == null || !theirs.same(was);
            if (added) {
              merged.put(path, theirs);
            }
          }
        });
    return new MountMerge(base, local, remote).whole(merged);
  }

  /**
   * Every entry's parents are directories: one that was removed or replaced under what is kept
   * comes back, and what stands below a file that won is dropped.
   */
  private SortedMap<ImagePath, MountEntry> whole(SortedMap<ImagePath, MountEntry> merged) {
    SortedMap<ImagePath, MountEntry> whole = new TreeMap<>();
    // A directory comes before what is in it.
    merged.forEach(
        (path, entry) -> {
          if (path.isRoot() || makeParents(whole, path.parent())) {
            whole.put(path, entry);
          }
        });
    return whole;
  }

  private boolean makeParents(SortedMap<ImagePath, MountEntry> whole, ImagePath path) {
    @Nullable MountEntry there = whole.get(path);
    if (there != null) {
      return there.kind() == MountEntry.Kind.DIRECTORY;
    }
    if (!path.isRoot() && !makeParents(whole, path.parent())) {
      return false;
    }
    whole.put(path, directory(path));
    return true;
  }

  /** As either had it, or as it was before both removed it. */
  private MountEntry directory(ImagePath path) {
    return Stream.of(local, remote, base)
        .map(entries -> entries.get(path))
        .filter(entry -> entry != null && entry.kind() == MountEntry.Kind.DIRECTORY)
        .findFirst()
        .orElseGet(() -> plain(path));
  }

  private static MountEntry plain(ImagePath path) {
    return new MountEntry(
        path,
        MountEntry.Kind.DIRECTORY,
        0755,
        0,
        0,
        0,
        0,
        Optional.empty(),
        new TreeMap<>(),
        Optional.empty());
  }
}
