package dev.brickyard.storage.mount;

import dev.brickyard.engine.cache.BlobNotFoundException;
import dev.brickyard.engine.cache.CacheFaults;
import dev.brickyard.engine.cache.CacheScope;
import dev.brickyard.engine.cache.CorruptBlobException;
import dev.brickyard.engine.cachemount.CacheMountStore;
import dev.brickyard.engine.cachemount.Chunk;
import dev.brickyard.engine.cachemount.ChunkCodec;
import dev.brickyard.engine.cachemount.GenerationCodec;
import dev.brickyard.engine.cachemount.MountGeneration;
import dev.brickyard.engine.cachemount.MountKey;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.storage.object.ObjectKey;
import dev.brickyard.storage.object.ObjectNotFoundException;
import dev.brickyard.storage.object.ObjectPage;
import dev.brickyard.storage.object.ObjectStore;
import dev.brickyard.storage.object.ObjectStoreException;
import dev.brickyard.storage.object.SealedObject;
import dev.brickyard.storage.object.StoreRefusedException;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Cache mounts as objects. A generation is sealed; that its number can be taken once only makes it
 * a compare-and-swap. A generation that is damaged is reported and removed.
 */
public final class S3CacheMountStore implements CacheMountStore {
  private static final Logger LOG = LoggerFactory.getLogger(S3CacheMountStore.class);

  /** Room for two million files. */
  static final int GENERATION_LIMIT_BYTES = 256 << 20;

  /** A chunk that is there already may be garbage about to be collected, unless it is young. */
  private static final Duration YOUNG = Duration.ofHours(1);

  private final ObjectStore objects;
  private final CacheFaults faults;
  private final Clock clock;

  public S3CacheMountStore(ObjectStore objects, CacheFaults faults, Clock clock) {
    this.objects = objects;
    this.faults = faults;
    this.clock = clock;
  }

  @Override
  public OptionalLong latest(MountKey mount) throws IOException {
    ObjectPage first = objects.list(MountKeys.generations(mount), Optional.empty(), 1);
    return first.objects().stream()
        .flatMap(object -> MountKeys.parse(object.key()).stream())
        .mapToLong(StoredGeneration.Name::number)
        .findFirst();
  }

  @Override
  public Optional<MountGeneration> find(MountKey mount, long number) throws IOException {
    ObjectKey key = MountKeys.generation(mount, number);
    byte[] sealed;
    try {
      sealed = objects.read(key, GENERATION_LIMIT_BYTES);
    } catch (ObjectNotFoundException e) {
      return Optional.empty();
    } catch (StoreRefusedException e) {
      if (e.getCause() != null) {
        throw e;
      }
      return damaged(key, e);
    }
    try {
      MountGeneration generation = GenerationCodec.decode(SealedObject.open(key, sealed));
      if (generation.number() == number) {
        return Optional.of(generation);
      }
      return damaged(key, new IOException("it is generation " + generation.number()));
    } catch (IOException e) {
      return damaged(key, e);
    }
  }

  private Optional<MountGeneration> damaged(ObjectKey key, IOException why) {
    LOG.warn("{} is no readable cache mount, and is removed: {}", key, why.getMessage());
    faults.met(CacheFaults.Kind.MOUNT, CacheFaults.Reason.CORRUPT, key.value());
    try {
      objects.delete(key);
    } catch (IOException e) {
      LOG.warn("{} could not be removed: {}", key, e.getMessage());
    }
    return Optional.empty();
  }

  @Override
  public boolean add(MountKey mount, MountGeneration generation) throws IOException {
    ObjectKey key = MountKeys.generation(mount, generation.number());
    return objects.putIfAbsent(key, SealedObject.seal(key, GenerationCodec.encode(generation)));
  }

  @Override
  public void putChunk(CacheScope scope, Chunk chunk, byte[] plain) throws IOException {
    ObjectKey key = MountKeys.chunk(scope, chunk.digest());
    byte[] packed = ChunkCodec.pack(plain, chunk.size());
    if (objects.putIfAbsent(key, packed)) {
      return;
    }
    boolean young =
        objects
            .stat(key)
            .filter(info -> info.modifiedAt().plus(YOUNG).isAfter(clock.instant()))
            .isPresent();
    if (!young) {
      objects.put(key, packed);
    }
  }

  @Override
  public byte[] chunk(CacheScope scope, Chunk chunk) throws IOException {
    ObjectKey key = MountKeys.chunk(scope, chunk.digest());
    try {
      return ChunkCodec.unpack(chunk, objects.read(key, ChunkCodec.MAXIMUM_PACKED));
    } catch (ObjectNotFoundException e) {
      faults.met(CacheFaults.Kind.MOUNT, CacheFaults.Reason.MISSING, key.value());
      BlobNotFoundException missing = new BlobNotFoundException(chunk.digest());
      missing.initCause(e);
      throw missing;
    } catch (CorruptBlobException e) {
      faults.met(CacheFaults.Kind.MOUNT, CacheFaults.Reason.CORRUPT, key.value());
      throw e;
    } catch (StoreRefusedException e) {
      if (e.getCause() != null) {
        throw e;
      }
      faults.met(CacheFaults.Kind.MOUNT, CacheFaults.Reason.CORRUPT, key.value());
      throw new CorruptBlobException(chunk.digest(), "too long");
    } catch (ObjectStoreException e) {
      throw e;
    }
  }

  @Override
  public void discardChunk(CacheScope scope, Digest chunk) throws IOException {
    objects.delete(MountKeys.chunk(scope, chunk));
  }
}
