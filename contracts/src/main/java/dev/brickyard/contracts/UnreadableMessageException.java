package dev.brickyard.contracts;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Bytes from another service are not the record that was expected. */
public final class UnreadableMessageException extends IOException {
  private static final long serialVersionUID = 1L;

  public UnreadableMessageException(Class<?> expected, @Nullable Throwable cause) {
    super(
        "not a readable "
            + expected.getSimpleName()
            + (cause == null ? "" : ": " + cause.getMessage()),
        cause);
  }
}
