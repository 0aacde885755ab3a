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
import dev.brickyard.storage.object.StreamingUpload;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * Build contexts: {@code contexts/<id>/context.tar}, the files in one plain tar, and {@code
 * contexts/<id>/index}, what there is and where in the tar it starts. A context exists as soon as
 * its index does.
 */
public final class ContextStore {
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
    ReceivedContext received;
    try (StreamingUpload tar = new StreamingUpload(objects, tarKey(contextId))) {
      received = ContextArchive.receive(body, tar, limits, capture);
      tar.complete();
    }
    ObjectKey key = indexKey(contextId);
    byte[] index = LayerIndexCodec.encode(received.index());
    byte[] content =
        ByteBuffer.allocate(Long.BYTES + index.length)
            .putLong(received.tarSize())
            .put(index)
            .array();
    objects.put(key, SealedObject.seal(key, content));
    return received;
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
