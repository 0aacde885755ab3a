package dev.brickyard.storage.context;

import dev.brickyard.engine.context.BuildContext;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.layer.EntryType;
import dev.brickyard.engine.layer.LayerEntry;
import dev.brickyard.engine.layer.LayerIndex;
import dev.brickyard.storage.blob.VerifyingInputStream;
import dev.brickyard.storage.object.ObjectKey;
import dev.brickyard.storage.object.ObjectStore;
import dev.brickyard.storage.object.SealedObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Reads a context file by file; a small one is fetched whole with the first file. */
final class StoredContext implements BuildContext {
  /** One request for all files instead of one for each; kept in memory while the job runs. */
  private static final long WHOLE_BELOW = 8L << 20;

  private static final int INDEX_LIMIT_BYTES = 256 << 20;

  private final ObjectStore objects;
  private final ObjectKey indexKey;
  private final ObjectKey tarKey;
  private final ReentrantLock fetching = new ReentrantLock();

  private volatile @Nullable ContextIndex contents;
  private volatile byte @Nullable [] whole;

  StoredContext(ObjectStore objects, ObjectKey indexKey, ObjectKey tarKey) {
    this.objects = objects;
    this.indexKey = indexKey;
    this.tarKey = tarKey;
  }

  @Override
  public LayerIndex index() throws IOException {
    return contents().index();
  }

  @Override
  public InputStream open(LayerEntry file) throws IOException {
    if (file.type() != EntryType.FILE || file.offset() < 0) {
      throw new IOException(file.path() + " is no file of the build context");
    }
    Digest digest = file.digest().orElseThrow();
    if (file.size() == 0) {
      return new VerifyingInputStream(InputStream.nullInputStream(), digest);
    }
    if (contents().tarSize() <= WHOLE_BELOW) {
      byte[] tar = whole();
      int from = (int) Math.min(tar.length, file.offset());
      int length = (int) Math.min(tar.length - from, file.size());
      return new VerifyingInputStream(new ByteArrayInputStream(tar, from, length), digest);
    }
    return new VerifyingInputStream(objects.get(tarKey, file.offset(), file.size()), digest);
  }

  private ContextIndex contents() throws IOException {
    ContextIndex known = contents;
    if (known != null) {
      return known;
    }
    fetching.lock();
    try {
      known = contents;
      if (known == null) {
        known = parse(SealedObject.open(indexKey, objects.read(indexKey, INDEX_LIMIT_BYTES)));
        whole = known.tar().orElse(null);
        contents = known;
      }
      return known;
    } finally {
      fetching.unlock();
    }
  }

  private ContextIndex parse(byte[] content) throws IOException {
    try {
      return ContextIndex.decode(content);
    } catch (IOException e) {
      throw new IOException("the object " + indexKey + " is damaged: " + e.getMessage(), e);
    }
  }

  private byte[] whole() throws IOException {
    byte[] known = whole;
    if (known != null) {
      return known;
    }
    fetching.lock();
    try {
      known = whole;
      if (known == null) {
        known = objects.read(tarKey, (int) WHOLE_BELOW);
        whole = known;
      }
      return known;
    } finally {
      fetching.unlock();
    }
  }
}
