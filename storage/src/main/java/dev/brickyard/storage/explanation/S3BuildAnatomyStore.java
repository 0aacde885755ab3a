package dev.brickyard.storage.explanation;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import dev.brickyard.engine.cache.CacheFaults;
import dev.brickyard.engine.cache.CacheScope;
import dev.brickyard.engine.explain.BuildAnatomy;
import dev.brickyard.engine.explain.BuildAnatomyStore;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.storage.object.ObjectKey;
import dev.brickyard.storage.object.ObjectNotFoundException;
import dev.brickyard.storage.object.ObjectStore;
import dev.brickyard.storage.object.ObjectStoreException;
import dev.brickyard.storage.object.SealedObject;
import dev.brickyard.storage.object.StoreRefusedException;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Anatomies of builds as sealed objects {@code explanations/<scope>/<hex of the id>}: JSON, packed
 * with zstd. There are few, and each is overwritten by the next build of its kind.
 */
public final class S3BuildAnatomyStore implements BuildAnatomyStore {
  private static final Logger LOG = LoggerFactory.getLogger(S3BuildAnatomyStore.class);
  private static final int PACKED_LIMIT_BYTES = 16 << 20;
  private static final int UNPACKED_LIMIT_BYTES = 128 << 20;
  private static final int ZSTD_LEVEL = 3;
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .build();

  private final ObjectStore objects;
  private final CacheFaults faults;

  public S3BuildAnatomyStore(ObjectStore objects, CacheFaults faults) {
    this.objects = objects;
    this.faults = faults;
  }

  @Override
  public Optional<BuildAnatomy> find(CacheScope scope, Digest id) throws IOException {
    ObjectKey key = key(scope, id);
    try {
      byte[] packed = SealedObject.open(key, objects.read(key, PACKED_LIMIT_BYTES));
      long size = Zstd.getFrameContentSize(packed);
      if (size <= 0 || size > UNPACKED_LIMIT_BYTES) {
        throw new IOException("it claims " + size + " bytes");
      }
      byte[] json = new byte[(int) size];
      long unpacked = Zstd.decompressByteArray(json, 0, json.length, packed, 0, packed.length);
      if (unpacked != size) {
        throw new IOException("it unpacks to " + unpacked + " bytes");
      }
      return Optional.of(JSON.readValue(json, BuildAnatomy.class));
    } catch (ObjectNotFoundException e) {
      return Optional.empty();
    } catch (StoreRefusedException e) {
      if (e.getCause() != null) {
        throw e;
      }
      return bad(key, e);
    } catch (ObjectStoreException e) {
      throw e;
    } catch (IOException | ZstdException e) {
      if (Thread.currentThread().isInterrupted()) {
        throw e;
      }
      return bad(key, e);
    }
  }

  private Optional<BuildAnatomy> bad(ObjectKey key, Exception what) {
    LOG.warn("{} is no explanation, and is removed: {}", key, what.getMessage());
    faults.met(CacheFaults.Kind.EXPLANATION, CacheFaults.Reason.CORRUPT, key.value());
    try {
      objects.delete(key);
    } catch (IOException e) {
      LOG.warn("{} could not be removed: {}", key, e.getMessage());
    }
    return Optional.empty();
  }

  @Override
  public void put(CacheScope scope, Digest id, BuildAnatomy anatomy) throws IOException {
    byte[] json = JSON.writeValueAsBytes(anatomy);
    byte[] packed = new byte[(int) Zstd.compressBound(json.length)];
    long length =
        Zstd.compressByteArray(packed, 0, packed.length, json, 0, json.length, ZSTD_LEVEL);
    ObjectKey key = key(scope, id);
    objects.put(key, SealedObject.seal(key, Arrays.copyOf(packed, Math.toIntExact(length))));
  }

  private static ObjectKey key(CacheScope scope, Digest id) {
    return new ObjectKey("explanations/" + scope.name() + "/" + id.hex());
  }
}
