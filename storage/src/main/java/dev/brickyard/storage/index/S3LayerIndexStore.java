package dev.brickyard.storage.index;

import dev.brickyard.engine.cache.CacheFaults;
import dev.brickyard.engine.cache.LayerIndexStore;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.layer.LayerIndex;
import dev.brickyard.engine.layer.LayerIndexCodec;
import dev.brickyard.storage.object.ObjectKey;
import dev.brickyard.storage.object.ObjectNotFoundException;
import dev.brickyard.storage.object.ObjectStore;
import dev.brickyard.storage.object.ObjectStoreException;
import dev.brickyard.storage.object.SealedObject;
import dev.brickyard.storage.object.StoreRefusedException;
import java.io.IOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Layer indexes as sealed objects {@code layers/<hex of the diff id>}: the seal tells a damaged,
 * truncated or swapped one. Such an index is a miss, and removed.
 */
public final class S3LayerIndexStore implements LayerIndexStore {
  private static final Logger LOG = LoggerFactory.getLogger(S3LayerIndexStore.class);

  /** More than a layer of two million files needs. */
  private static final int INDEX_LIMIT_BYTES = 512 << 20;

  private final ObjectStore objects;
  private final CacheFaults faults;

  /** A store whose faults nobody counts. */
  public S3LayerIndexStore(ObjectStore objects) {
    this(objects, CacheFaults.UNHEARD);
  }

  public S3LayerIndexStore(ObjectStore objects, CacheFaults faults) {
    this.objects = objects;
    this.faults = faults;
  }

  @Override
  public Optional<LayerIndex> find(Digest diffId) throws IOException {
    ObjectKey key = key(diffId);
    try {
      byte[] sealed = objects.read(key, INDEX_LIMIT_BYTES);
      return Optional.of(LayerIndexCodec.decode(SealedObject.open(key, sealed)));
    } catch (ObjectNotFoundException e) {
      return Optional.empty();
    } catch (StoreRefusedException e) {
      if (e.getCause() != null) {
        throw e;
      }
      return bad(key, e);
    } catch (ObjectStoreException e) {
      throw e;
    } catch (IOException e) {
      if (Thread.currentThread().isInterrupted()) {
        throw e;
      }
      return bad(key, e);
    }
  }

  private Optional<LayerIndex> bad(ObjectKey key, IOException what) {
    LOG.warn("{} is no layer index, and is removed: {}", key, what.getMessage());
    faults.met(CacheFaults.Kind.INDEX, CacheFaults.Reason.CORRUPT, key.value());
    try {
      objects.delete(key);
    } catch (IOException e) {
      LOG.warn("{} could not be removed: {}", key, e.getMessage());
    }
    return Optional.empty();
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
