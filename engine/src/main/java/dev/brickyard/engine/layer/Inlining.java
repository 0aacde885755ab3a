package dev.brickyard.engine.layer;

import java.io.ByteArrayOutputStream;
import org.jspecify.annotations.Nullable;

/** Which files' bytes an index carries along. */
final class Inlining {
  private Inlining() {}

  /** Where to copy the file's bytes to, or null when an index does not carry them. */
  static @Nullable ByteArrayOutputStream copyFor(LayerEntry file) {
    return LayerIndex.INLINED.contains(file.path()) && file.size() <= LayerIndex.INLINE_LIMIT_BYTES
        ? new ByteArrayOutputStream((int) file.size())
        : null;
  }
}
