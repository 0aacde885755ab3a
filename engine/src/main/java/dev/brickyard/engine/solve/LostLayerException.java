package dev.brickyard.engine.solve;

import dev.brickyard.engine.cache.BlobNotFoundException;
import dev.brickyard.engine.cache.CorruptBlobException;
import dev.brickyard.engine.image.Digest;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A layer that a step record names is missing or corrupt: the record was no hit after all, and the
 * step has to run.
 */
final class LostLayerException extends Exception {
  private static final long serialVersionUID = 1L;
  private final transient Digest blob;
  private final boolean corrupt;

  private LostLayerException(Digest blob, boolean corrupt, Throwable cause) {
    super("layer " + blob + (corrupt ? " is corrupt" : " is missing"), cause);
    this.blob = blob;
    this.corrupt = corrupt;
  }

  /** Finds the reason in a failure: empty when it is about something else. */
  static Optional<LostLayerException> in(@Nullable Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      switch (cause) {
        case LostLayerException lost -> {
          return Optional.of(lost);
        }
        case BlobNotFoundException missing -> {
          return Optional.of(new LostLayerException(missing.digest(), false, missing));
        }
        case CorruptBlobException corrupt -> {
          return Optional.of(new LostLayerException(corrupt.expected(), true, corrupt));
        }
        default -> {}
      }
    }
    return Optional.empty();
  }

  Digest blob() {
    return blob;
  }

  boolean corrupt() {
    return corrupt;
  }
}
