package dev.brickyard.engine.snapshot;

/**
 * How much of a worker's disk its layers may take.
 *
 * @param high above this the least recently used layers are removed,
 * @param low until this is reached
 * @param reserveBytes kept free of the file system for what steps write
 */
public record DiskBudget(DiskMark high, DiskMark low, long reserveBytes) {
  /** Layers are removed only when the disk is full. */
  public static final DiskBudget WHOLE_DISK =
      new DiskBudget(new DiskMark.OfFileSystem(100), new DiskMark.OfFileSystem(100), 0);

  public DiskBudget {
    if (reserveBytes < 0) {
      throw new IllegalArgumentException("the disk's reserve must not be negative");
    }
    boolean crossed =
        switch (high) {
          case DiskMark.OfLayers(long most) ->
              low instanceof DiskMark.OfLayers(long least) && least > most;
          case DiskMark.OfFileSystem(int most) ->
              low instanceof DiskMark.OfFileSystem(int least) && least > most;
        };
    if (crossed) {
      throw new IllegalArgumentException("the disk's low water mark is above its high one");
    }
  }
}
