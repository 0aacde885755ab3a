package dev.brickyard.storage.context;

import dev.brickyard.engine.context.BuildContext;
import dev.brickyard.engine.context.ContextArchive;
import dev.brickyard.engine.context.ContextException;
import dev.brickyard.engine.context.ContextLimits;
import dev.brickyard.engine.context.ReceivedContext;
import dev.brickyard.engine.layer.ImagePath;
import dev.brickyard.engine.layer.LayerIndexCodec;
import dev.brickyard.storage.object.ObjectKey;
import dev.brickyard.storage.object.ObjectStore;
import dev.brickyard.storage.object.SealedObject;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Build contexts: {@code contexts/<id>/context.tar}, the files in one plain tar, and {@code
 * contexts/<id>/index}, what there is and where in the tar it starts. A small tar stands behind the
 * index, in the same object, so that such a context costs one request to store and one to read. A
 * context exists as soon as its index does.
 */
public final class ContextStore {
  /** Stays far below what a request for a separate tar costs on any network. */
  private static final int INLINE_BELOW = 256 << 10;

  private final ObjectStore objects;

  public ContextStore(ObjectStore objects) {
    this.objects = objects;
  }

  /**
   * Receives an archive and stores it as it arrives, with a bounded amount of memory whatever its
   * size. Durable on return; nothing is left of a context that could not be received whole.
   *
   * @param body tar, gzip or zstd; read to its end, not closed
   * @param capture files whose content the caller wants to see, such as the Dockerfile
   * @throws ContextException when the archive is malformed, hostile or too large
   * @throws dev.brickyard.storage.object.ObjectStoreException when it cannot be stored
   * @throws IOException when the body cannot be read
   */
  public ReceivedContext receive(
      UUID contextId, InputStream body, ContextLimits limits, Set<ImagePath> capture)
      throws ContextException, IOException {
    ArrivedContext arrived = arrive(contextId, body, limits, capture);
    arrived.await();
    return arrived.context();
  }

  /**
   * As {@link #receive}, but returns as soon as the body was read to its end, when the context is
   * perhaps still being stored.
   */
  public ArrivedContext arrive(
      UUID contextId, InputStream body, ContextLimits limits, Set<ImagePath> capture)
      throws ContextException, IOException {
    ReceivedContext received;
    Optional<byte[]> small;
    try (TarSink tar = new TarSink(objects, tarKey(contextId), INLINE_BELOW)) {
      received = ContextArchive.receive(body, tar, limits, capture);
      small = tar.complete();
    }
    ObjectKey key = indexKey(contextId);
    byte[] content =
        ContextIndex.encode(LayerIndexCodec.encode(received.index()), received.tarSize(), small);
    if (small.isPresent()) {
      return ArrivedContext.storing(
          received,
          () -> {
            objects.put(key, SealedObject.seal(key, content));
            return null;
          });
    }
    objects.put(key, SealedObject.seal(key, content));
    return ArrivedContext.stored(received);
  }

  /**
   * A stored context; nothing is read yet, so that a missing one is noticed when its index is asked
   * for. Safe for use by many threads.
   */
  public BuildContext open(UUID contextId) {
    return new StoredContext(objects, indexKey(contextId), tarKey(contextId));
  }

  /** Removes a context that no build needs any more; nothing happens when there is none. */
  public void delete(UUID contextId) throws IOException {
    objects.deleteAll(List.of(indexKey(contextId), tarKey(contextId)));
  }

  private static ObjectKey tarKey(UUID contextId) {
    return new ObjectKey("contexts/" + contextId + "/context.tar");
  }

  private static ObjectKey indexKey(UUID contextId) {
    return new ObjectKey("contexts/" + contextId + "/index");
  }
}
