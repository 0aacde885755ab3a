package dev.brickyard.bench;

import org.jspecify.annotations.Nullable;

/** The benchmark cannot go on; the message is meant for the person at the terminal. */
public final class BenchException extends Exception {
  private static final long serialVersionUID = 1L;

  /** A plain sentence. */
  public BenchException(String message) {
    super(message);
  }

  /** A plain sentence and its cause. */
  public BenchException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
