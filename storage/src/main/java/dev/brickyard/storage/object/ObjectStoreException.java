package dev.brickyard.storage.object;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The object store did not do what it was asked; the subclass says whose fault that is. */
public abstract sealed class ObjectStoreException extends IOException
    permits ObjectNotFoundException, StoreRefusedException, StoreUnavailableException {
  private static final long serialVersionUID = 1L;

  ObjectStoreException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
