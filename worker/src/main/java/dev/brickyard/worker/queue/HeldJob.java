package dev.brickyard.worker.queue;

import java.time.Duration;

/** A job that runs somewhere else while the queue's thread keeps its record. */
public interface HeldJob {
  /** Waits for the job's end; false when the time was over before. */
  boolean await(Duration time) throws InterruptedException;

  /** What to do with the record; asked once the job ended. */
  Disposition disposition();
}
