package dev.brickyard.engine;

/** How a step ended. */
public enum StepOutcome {
  /** Its result was in the cache. */
  CACHED,
  /** It ran and succeeded. */
  DONE,
  FAILED,
  /** It was stopped, by a cancel or because another step failed. */
  CANCELED
}
