package dev.brickyard.storage.index;

import dev.brickyard.engine.cache.LayerIndexStore;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.layer.LayerIndex;
import dev.brickyard.engine.layer.LayerIndexCodec;
import dev.brickyard.storage.object.ObjectKey;
import dev.brickyard.storage.object.ObjectNotFoundException;
import dev.brickyard.storage.object.ObjectStore;
import dev.brickyard.storage.object.ObjectStoreException;
import dev.brickyard.storage.object.SealedObject;
import java.io.IOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Layer indexes as sealed objects {@code layers/<hex of the diff id>}; a damaged one is a miss. */
public final class S3LayerIndexStore implements LayerIndexStore {
  private static final Logger LOG = LoggerFactory.getLogger(S3LayerIndexStore.class);

  /** More than a layer of two million files needs. */
  private static final int INDEX_LIMIT_BYTES = 512 << 20;

  private final ObjectStore objects;

  public S3LayerIndexStore(ObjectStore objects) {
    this.objects = objects;
  }

  @Override
  public Optional<LayerIndex> find(Digest diffId) throws IOException {
    ObjectKey key = key(diffId);
    try {
      byte[] sealed = objects.read(key, INDEX_LIMIT_BYTES);
      return Optional.of(LayerIndexCodec.decode(SealedObject.open(key, sealed)));
    } catch (ObjectNotFoundException e) {
      return Optional.empty();
    } catch (ObjectStoreException e) {
      throw e;
    } catch (IOException e) {
      if (Thread.currentThread().isInterrupted()) {
        throw e;
      }
      LOG.warn("{} is no readable layer index: {}", key, e.getMessage());
      return Optional.empty();
    }
  }

  /** Replaces what is there, so that a damaged index heals. */
  @Override
  public void put(Digest diffId, LayerIndex index) throws IOException {
    ObjectKey key = key(diffId);
    objects.put(key, SealedObject.seal(key, LayerIndexCodec.encode(index)));
  }

  private static ObjectKey key(Digest diffId) {
    return new ObjectKey("layers/" + diffId.hex());
  }
}
