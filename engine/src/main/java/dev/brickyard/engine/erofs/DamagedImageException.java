package dev.brickyard.engine.erofs;

import dev.brickyard.engine.image.Digest;
import java.io.IOException;

/** What the store has under a layer's name is no image of it. */
public final class DamagedImageException extends IOException {
  private static final long serialVersionUID = 1L;

  DamagedImageException(Digest diffId, Exception cause) {
    super("the stored image of layer " + diffId + " " + cause.getMessage(), cause);
  }
}
