package dev.brickyard.storage.object;

import org.jspecify.annotations.Nullable;

/** There is no such object, upload, or range of an object. */
public final class ObjectNotFoundException extends ObjectStoreException {
  private static final long serialVersionUID = 1L;

  public ObjectNotFoundException(ObjectKey key, @Nullable Throwable cause) {
    super("the object store has no " + key, cause);
  }
}
