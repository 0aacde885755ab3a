package dev.brickyard.storage.object;

import org.jspecify.annotations.Nullable;

/**
 * The store understood and said no: wrong credentials, a missing permission, a request it does not
 * support. Trying again does not help; the farm's configuration has to change.
 */
public final class StoreRefusedException extends ObjectStoreException {
  private static final long serialVersionUID = 1L;

  public StoreRefusedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
