package dev.brickyard.scheduler.build;

/** Where a job stands. */
public enum JobState {
  /** Needs the build's other jobs first. */
  WAITING,
  /** In the queue, or about to be. */
  QUEUED,
  /** A worker holds the live attempt. */
  RUNNING,
  SUCCEEDED,
  FAILED,
  CANCELED;

  /** Whether nothing can change it any more. */
  public boolean ended() {
    return switch (this) {
      case WAITING, QUEUED, RUNNING -> false;
      case SUCCEEDED, FAILED, CANCELED -> true;
    };
  }
}
