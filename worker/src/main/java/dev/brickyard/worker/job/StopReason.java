package dev.brickyard.worker.job;

/** Why a running job was told to stop. */
public enum StopReason {
  /** Somebody cancelled the build: reported as cancelled. */
  CANCELED,
  /** The attempt no longer counts: nothing is reported. */
  SUPERSEDED,
  /** The worker shuts down: the job is handed back. */
  SHUTDOWN
}
