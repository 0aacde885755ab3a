package dev.brickyard.yard;

import org.jspecify.annotations.Nullable;

/** Something about the yard went wrong; the message is meant for the person at the terminal. */
public final class YardException extends Exception {
  private static final long serialVersionUID = 1L;

  /** A plain sentence, and further lines where they help. */
  public YardException(String message) {
    super(message);
  }

  /** A plain sentence and its cause. */
  public YardException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
