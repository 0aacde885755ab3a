package dev.brickyard.worker.queue;

/** What becomes of a record once its job is over here. */
public enum Disposition {
  /** It is done with: the queue forgets it. */
  ACCEPT,
  /** Somebody else shall have it, at once. */
  RELEASE
}
