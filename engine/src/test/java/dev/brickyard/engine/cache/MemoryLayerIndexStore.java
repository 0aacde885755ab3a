package dev.brickyard.engine.cache;

import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.layer.LayerIndex;
import dev.brickyard.engine.layer.LayerIndexCodec;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** An index store for tests: in memory, encoded as real ones do it. */
public final class MemoryLayerIndexStore implements LayerIndexStore {
  private final Map<Digest, byte[]> indexes = new ConcurrentHashMap<>();

  private final AtomicInteger lookups = new AtomicInteger();

  @Override
  public Optional<LayerIndex> find(Digest diffId) {
    lookups.incrementAndGet();
    byte[] encoded = indexes.get(diffId);
    if (encoded == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(LayerIndexCodec.decode(encoded));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public void put(Digest diffId, LayerIndex index) {
    indexes.put(diffId, LayerIndexCodec.encode(index));
  }

  /** How often {@link #find} was called. */
  public int lookups() {
    return lookups.get();
  }

  /** The index cannot be read any more. */
  public void damage(Digest diffId) {
    indexes.replace(diffId, new byte[] {1, 2, 3});
  }
}
