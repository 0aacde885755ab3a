package dev.brickyard.contracts;

/** Where a step stands. */
public enum StepStatus {
  PENDING,
  RUNNING,
  CACHED,
  DONE,
  FAILED,
  CANCELED
}
