package dev.brickyard.storage.garbage;

/**
 * What a collection came to for one kind of object. Seen is kept, deleted and candidates together,
 * unless objects came or went meanwhile.
 *
 * @param candidates no longer needed, but not yet for long enough
 */
public record Figures(Count seen, Count kept, Count deleted, Count candidates) {
  /** Nothing at all. */
  public static final Figures NONE = new Figures(Count.ZERO, Count.ZERO, Count.ZERO, Count.ZERO);

  /**
   * Some objects.
   *
   * @param bytes their sizes; 0 for unfinished uploads, of which the store does not tell
   */
  public record Count(long objects, long bytes) {
    static final Count ZERO = new Count(0, 0);

    Count plus(long size) {
      return new Count(objects + 1, bytes + size);
    }

    Count plus(Count other) {
      return new Count(objects + other.objects, bytes + other.bytes);
    }
  }

  Figures keeping(long size) {
    return new Figures(seen.plus(size), kept.plus(size), deleted, candidates);
  }

  Figures deleting(long size) {
    return new Figures(seen.plus(size), kept, deleted.plus(size), candidates);
  }

  Figures waiting(long size) {
    return new Figures(seen.plus(size), kept, deleted, candidates.plus(size));
  }

  /** Both together. */
  public Figures plus(Figures other) {
    return new Figures(
        seen.plus(other.seen),
        kept.plus(other.kept),
        deleted.plus(other.deleted),
        candidates.plus(other.candidates));
  }
}
