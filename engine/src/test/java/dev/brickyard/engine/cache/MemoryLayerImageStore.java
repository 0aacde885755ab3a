package dev.brickyard.engine.cache;

import dev.brickyard.engine.image.Digest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/** An image store for tests, in memory. */
public final class MemoryLayerImageStore implements LayerImageStore {
  private final Map<Digest, byte[]> images = new ConcurrentHashMap<>();

  @Override
  public boolean has(Digest diffId) {
    return images.containsKey(diffId);
  }

  @Override
  public Optional<InputStream> open(Digest diffId) {
    return Optional.ofNullable(images.get(diffId)).map(ByteArrayInputStream::new);
  }

  @Override
  public Optional<InputStream> open(Digest diffId, long offset, long length) {
    byte[] image = images.get(diffId);
    if (image == null || offset >= image.length) {
      return Optional.empty();
    }
    int end = (int) Math.min(image.length, offset + length);
    return Optional.of(new ByteArrayInputStream(Arrays.copyOfRange(image, (int) offset, end)));
  }

  @Override
  public void put(Digest diffId, Path file) throws IOException {
    images.putIfAbsent(diffId, Files.readAllBytes(file));
  }

  @Override
  public void discard(Digest diffId) {
    images.remove(diffId);
  }

  /** Changes what is stored, behind the store's back. */
  public void damage(Digest diffId, UnaryOperator<byte[]> how) {
    images.computeIfPresent(diffId, (id, image) -> how.apply(image.clone()));
  }

  /** The layers that have an image. */
  public Set<Digest> layers() {
    return Set.copyOf(images.keySet());
  }
}
