package dev.brickyard.api.build;

/** Where a build stands. */
public enum BuildState {
  /** Accepted; no worker has begun. */
  QUEUED,
  /** At least one worker has begun. */
  RUNNING,
  /** Every platform is built; the tags are about to move. */
  PUBLISHING,
  SUCCEEDED,
  FAILED,
  CANCELED;

  /** Nothing about the build will change any more. */
  public boolean isFinal() {
    return switch (this) {
      case QUEUED, RUNNING, PUBLISHING -> false;
      case SUCCEEDED, FAILED, CANCELED -> true;
    };
  }
}
