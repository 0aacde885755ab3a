package dev.brickyard.storage.object;

import org.jspecify.annotations.Nullable;

/**
 * The store could not be reached or failed: the farm's failure, worth trying again. Whether a write
 * happened is unknown.
 */
public final class StoreUnavailableException extends ObjectStoreException {
  private static final long serialVersionUID = 1L;

  public StoreUnavailableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
