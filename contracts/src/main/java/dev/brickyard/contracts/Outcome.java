package dev.brickyard.contracts;

/** How a job or build ended. */
public enum Outcome {
  SUCCEEDED,
  FAILED,
  CANCELED
}
