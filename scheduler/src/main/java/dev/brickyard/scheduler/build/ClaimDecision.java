package dev.brickyard.scheduler.build;

/** The answer to a claim. */
public sealed interface ClaimDecision {
  /** The worker holds this attempt now. */
  record Granted(int attempt, Change change) implements ClaimDecision {}

  /** It held it already: its first claim was granted, only the answer was lost. */
  record Repeated(int attempt) implements ClaimDecision {}

  /**
   * It gets nothing and drops the record.
   *
   * @param change usually none; the claim may have shown that the last attempt was lost
   */
  record Refused(Reason reason, Change change) implements ClaimDecision {}

  /** Why a claim is refused. */
  enum Reason {
    ALREADY_CLAIMED,
    JOB_ENDED,
    /** It has no place in the queue yet; a record for it cannot be ours. */
    NOT_QUEUED
  }
}
