package dev.brickyard.engine.cache;

import dev.brickyard.engine.image.Digest;
import java.io.IOException;

/** The store does not have a blob that was asked for. A cache miss, never a build's failure. */
public final class BlobNotFoundException extends IOException {
  private static final long serialVersionUID = 1L;
  private final transient Digest digest;

  public BlobNotFoundException(Digest digest) {
    super("the store has no blob " + digest);
    this.digest = digest;
  }

  public Digest digest() {
    return digest;
  }
}
