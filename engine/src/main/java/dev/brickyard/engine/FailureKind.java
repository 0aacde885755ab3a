package dev.brickyard.engine;

/** Whose failure it was; this alone decides whether a build is tried again. */
public enum FailureKind {
  /** The Dockerfile, the context, an argument or a permission is wrong: never tried again. */
  USER,
  /** The farm failed (store or registry away, a lost worker): tried again, with backoff. */
  FARM,
  /** A limit struck (memory, time, disk, processes): never tried again. */
  LIMIT
}
