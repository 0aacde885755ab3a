package dev.brickyard.storage.mount;

import dev.brickyard.engine.cache.CacheScope;
import dev.brickyard.engine.cachemount.GenerationCodec;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.storage.object.ObjectInfo;
import dev.brickyard.storage.object.ObjectKey;
import dev.brickyard.storage.object.ObjectPage;
import dev.brickyard.storage.object.ObjectStore;
import dev.brickyard.storage.object.SealedObject;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a collector of garbage needs to know of saved cache mounts.
 *
 * <p>What may be collected: every generation but a mount's latest (better the latest few: a worker
 * may be reading one it has just looked up), all of a mount's when it was not saved for long; then
 * every chunk of the project that no remaining generation needs and that was not stored within the
 * grace period. A save stores its chunks first and its generation last, and makes chunks young that
 * it finds there already: the grace period must be longer than the longest save, and than the hour
 * in which a chunk counts as young.
 */
public final class MountInventory {
  private static final int PAGE = 1000;

  private final ObjectStore objects;

  public MountInventory(ObjectStore objects) {
    this.objects = objects;
  }

  /** Gets what is listed, as it is listed. */
  public interface Visitor<T> {
    void visit(T one) throws IOException;
  }

  /** Visits every generation of a project's scopes; each mount's come together, latest first. */
  public void generations(CacheScope project, Visitor<StoredGeneration> visitor)
      throws IOException {
    list(
        MountKeys.generations(MountKeys.project(project)),
        object -> {
          Optional<StoredGeneration.Name> name = MountKeys.parse(object.key());
          if (name.isPresent()) {
            visitor.visit(new StoredGeneration(name.get(), object));
          }
        });
  }

  /** Visits every chunk of a project. */
  public void chunks(CacheScope project, Visitor<ObjectInfo> visitor) throws IOException {
    list(MountKeys.PREFIX + MountKeys.project(project).name() + "/chunks/", visitor);
  }

  /**
   * The chunks a generation needs, as objects.
   *
   * @throws dev.brickyard.storage.object.ObjectNotFoundException when it is gone meanwhile
   * @throws IOException when it cannot be read: what it needs is then not known
   */
  public Set<ObjectKey> chunksOf(StoredGeneration generation) throws IOException {
    ObjectKey key = generation.object().key();
    byte[] sealed = objects.read(key, S3CacheMountStore.GENERATION_LIMIT_BYTES);
    CacheScope scope = generation.name().mount().scope();
    return GenerationCodec.decode(SealedObject.open(key, sealed)).chunks().stream()
        .map(chunk -> MountKeys.chunk(scope, chunk.digest()))
        .collect(Collectors.toSet());
  }

  /** The object of a chunk. */
  public static ObjectKey chunk(CacheScope scope, Digest chunk) {
    return MountKeys.chunk(scope, chunk);
  }

  private void list(String prefix, Visitor<ObjectInfo> visitor) throws IOException {
    Optional<String> next = Optional.empty();
    do {
      ObjectPage page = objects.list(prefix, next, PAGE);
      for (ObjectInfo object : page.objects()) {
        visitor.visit(object);
      }
      next = page.next();
    } while (next.isPresent());
  }
}
