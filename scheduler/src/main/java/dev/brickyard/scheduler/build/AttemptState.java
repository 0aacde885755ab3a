package dev.brickyard.scheduler.build;

/** How an attempt at a job stands or ended. */
public enum AttemptState {
  /** Its worker holds the job. */
  LIVE,
  SUCCEEDED,
  FAILED,
  CANCELED,
  /** Its worker shut down and handed the job back. */
  RELEASED,
  /** The queue gave the record to somebody else, who claimed it. */
  SUPERSEDED,
  /** Its worker was silent for too long. */
  LOST
}
