package dev.brickyard.engine.ssh;

import org.jspecify.annotations.Nullable;

/** A text is no SSH key that can be used. Its message quotes nothing of the text. */
public final class SshKeyException extends Exception {
  private static final long serialVersionUID = 1L;

  SshKeyException(String sentence) {
    super(sentence);
  }

  SshKeyException(String sentence, @Nullable Throwable cause) {
    super(sentence, cause);
  }
}
