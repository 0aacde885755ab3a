package dev.brickyard.bench.project;

/** What differs from the build before. */
public enum Change {
  /** Nothing. */
  NONE,
  /** A file that the last COPY brings. */
  LAST_COPY,
  /** A file that is copied in front of a RUN, which must then run again. */
  BEFORE_RUN
}
