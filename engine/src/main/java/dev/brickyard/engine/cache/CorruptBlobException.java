package dev.brickyard.engine.cache;

import dev.brickyard.engine.image.Digest;
import java.io.IOException;

/** Content does not have the digest it is stored or announced under. */
public final class CorruptBlobException extends IOException {
  private static final long serialVersionUID = 1L;
  private final transient Digest expected;

  public CorruptBlobException(Digest expected, String actual) {
    super("content of " + expected + " is corrupt: it is " + actual);
    this.expected = expected;
  }

  public Digest expected() {
    return expected;
  }
}
