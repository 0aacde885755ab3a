package dev.brickyard.engine.cache;

import dev.brickyard.engine.image.Digest;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;

/** A farm without layer images. */
final class NoLayerImages implements LayerImageStore {
  @Override
  public boolean has(Digest diffId) {
    return false;
  }

  @Override
  public Optional<InputStream> open(Digest diffId) {
    return Optional.empty();
  }

  @Override
  public Optional<InputStream> open(Digest diffId, long offset, long length) {
    return Optional.empty();
  }

  @Override
  public void put(Digest diffId, Path file) {
    // Whoever asks for it finds the layer's blob.
  }

  @Override
  public void discard(Digest diffId) {
    // Nothing is kept.
  }
}
