package dev.brickyard.contracts;

import org.jspecify.annotations.Nullable;

/**
 * Why a job or build failed.
 *
 * @param code stable, lower case with hyphens, such as {@code run-failed}
 * @param kind whose failure it was; decides alone whether it is tried again
 * @param message one plain sentence
 * @param file name of the Dockerfile, when a place in it is to blame
 * @param line from 1
 * @param column from 1
 * @param endLine last line of the place, inclusive
 * @param excerpt Dockerfile lines with the place marked {@code >>>}
 * @param exitCode of the failing process
 * @param logTail the last lines the process printed
 * @param stepId the step that failed
 */
public record Failure(
    String code,
    Kind kind,
    String message,
    @Nullable String file,
    @Nullable Integer line,
    @Nullable Integer column,
    @Nullable Integer endLine,
    @Nullable String excerpt,
    @Nullable Integer exitCode,
    @Nullable String logTail,
    @Nullable String stepId) {

  /** Whose failure it was. */
  public enum Kind {
    /** Never tried again. */
    USER,
    /** Tried again, with backoff, while attempts are left. */
    FARM,
    /** A limit struck; never tried again. */
    LIMIT
  }

  /** A failure without a place. */
  public static Failure of(String code, Kind kind, String message) {
    return new Failure(code, kind, message, null, null, null, null, null, null, null, null);
  }
}
