package dev.brickyard.api.build;

/** Where a job stands. */
public enum JobState {
  /** Something else has to end first. */
  WAITING,
  /** Any worker of its platform may take it. */
  QUEUED,
  RUNNING,
  SUCCEEDED,
  FAILED,
  CANCELED
}
