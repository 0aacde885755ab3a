package dev.brickyard.contracts;

/** What a worker has to do for a job. */
public enum JobKind {
  /** Build one platform and push it by digest. */
  BUILD,
  /** Join the platforms and move the tags. */
  PUBLISH
}
