package dev.brickyard.scheduler.build;

/** Where a build stands. */
public enum BuildState {
  /** No job was claimed yet. */
  QUEUED,
  /** Platforms are being built. */
  RUNNING,
  /** Every platform is built; the tags are about to move. */
  PUBLISHING,
  SUCCEEDED,
  FAILED,
  CANCELED;

  /** Whether nothing can change it any more. */
  public boolean ended() {
    return switch (this) {
      case QUEUED, RUNNING, PUBLISHING -> false;
      case SUCCEEDED, FAILED, CANCELED -> true;
    };
  }
}
