package dev.brickyard.worker.queue;

/** Starts jobs. */
@FunctionalInterface
public interface JobTaker {
  /** Starts the job on another thread and returns at once. */
  HeldJob take(QueuedJob job);
}
