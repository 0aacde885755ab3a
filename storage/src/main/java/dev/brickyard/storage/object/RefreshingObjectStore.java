package dev.brickyard.storage.object;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * For writers: an object that is found to be there already, and is old, is made young again before
 * the answer is given. Whoever then relies on it instead of storing it anew is as safe from the
 * garbage collector as if it had stored it: one that was just about to remove it is waited for, and
 * the answer is what it left. See {@link SweepNotices} and {@link
 * dev.brickyard.storage.garbage.Collector}.
 */
public final class RefreshingObjectStore implements ObjectStore {
  private static final Logger LOG = LoggerFactory.getLogger(RefreshingObjectStore.class);

  private static final Duration LOOK = Duration.ofMillis(50);

  /** A collector is done within moments or has died; it looks at its watch as well. */
  private static final int LOOKS = 600;

  private final ObjectStore store;
  private final SweepNotices notices;
  private final Duration oldAfter;
  private final Clock clock;
  private final RetryingObjectStore.Pause pause;

  /**
   * @param oldAfter at most half of the collector's grace period
   */
  public RefreshingObjectStore(ObjectStore store, Duration oldAfter, Clock clock) {
    this(store, oldAfter, clock, Thread::sleep);
  }

  public RefreshingObjectStore(
      ObjectStore store, Duration oldAfter, Clock clock, RetryingObjectStore.Pause pause) {
    this.store = store;
    this.notices = new SweepNotices(store);
    this.oldAfter = oldAfter;
    this.clock = clock;
    this.pause = pause;
  }

  @Override
  public boolean putIfAbsent(ObjectKey key, byte[] content) throws IOException {
    return store.putIfAbsent(key, content)
        || (stat(key).isEmpty() && store.putIfAbsent(key, content));
  }

  @Override
  public boolean putIfAbsent(ObjectKey key, Path file, String sha256) throws IOException {
    return store.putIfAbsent(key, file, sha256)
        || (stat(key).isEmpty() && store.putIfAbsent(key, file, sha256));
  }

  /** What the store knows; empty also when the object vanished while it was to be refreshed. */
  @Override
  public Optional<ObjectInfo> stat(ObjectKey key) throws IOException {
    Optional<ObjectInfo> found = store.stat(key);
    if (found.isEmpty() || clock.instant().isBefore(found.get().modifiedAt().plus(oldAfter))) {
      return found;
    }
    try {
      if (!store.refresh(key)) {
        return Optional.empty();
      }
      for (ObjectKey notice : notices.naming(key)) {
        awaitEnd(notice, key);
      }
      return store.stat(key);
    } catch (StoreRefusedException e) {
      // It is there all the same; without the refresh it may be collected, which is a miss later.
      LOG.warn("{} could not be refreshed: {}", key, e.getMessage());
      return found;
    }
  }

  private void awaitEnd(ObjectKey notice, ObjectKey key) throws IOException {
    for (int look = 0; look < LOOKS && notices.names(notice, key); look++) {
      try {
        pause.pause(LOOK);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted while a collector removes " + key);
      }
    }
  }

  @Override
  public void put(ObjectKey key, byte[] content) throws IOException {
    store.put(key, content);
  }

  @Override
  public InputStream get(ObjectKey key) throws IOException {
    return store.get(key);
  }

  @Override
  public InputStream get(ObjectKey key, long offset, long length) throws IOException {
    return store.get(key, offset, length);
  }

  @Override
  public ObjectPage list(String prefix, Optional<String> next, int limit) throws IOException {
    return store.list(prefix, next, limit);
  }

  @Override
  public void delete(ObjectKey key) throws IOException {
    store.delete(key);
  }

  @Override
  public void deleteAll(Collection<ObjectKey> keys) throws IOException {
    store.deleteAll(keys);
  }

  @Override
  public MultipartUpload beginUpload(ObjectKey key) throws IOException {
    return store.beginUpload(key);
  }

  @Override
  public MultipartUpload.Part uploadPart(
      MultipartUpload upload, int number, byte[] content, int length) throws IOException {
    return store.uploadPart(upload, number, content, length);
  }

  @Override
  public void completeUpload(MultipartUpload upload, List<MultipartUpload.Part> parts)
      throws IOException {
    store.completeUpload(upload, parts);
  }

  @Override
  public void abortUpload(MultipartUpload upload) throws IOException {
    store.abortUpload(upload);
  }

  @Override
  public void copy(ObjectKey from, ObjectKey to) throws IOException {
    store.copy(from, to);
  }

  @Override
  public boolean refresh(ObjectKey key) throws IOException {
    return store.refresh(key);
  }

  @Override
  public List<UnfinishedUpload> unfinishedUploads(String prefix) throws IOException {
    return store.unfinishedUploads(prefix);
  }
}
