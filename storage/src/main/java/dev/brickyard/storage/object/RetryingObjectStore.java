package dev.brickyard.storage.object;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tries again, with growing pauses, while the store is unavailable; a read that breaks off goes on
 * where it stopped. Since what is stored under a key by {@code putIfAbsent} is always the same, a
 * repeated write whose first outcome is unknown does no harm.
 */
public final class RetryingObjectStore implements ObjectStore {
  private static final Logger LOG = LoggerFactory.getLogger(RetryingObjectStore.class);

  /** Waits; throws when the thread is interrupted meanwhile. */
  @FunctionalInterface
  public interface Pause {
    void pause(Duration duration) throws InterruptedException;
  }

  /** Something that asks the store. */
  @FunctionalInterface
  private interface Attempt<T> {
    T run() throws IOException;
  }

  private final ObjectStore store;
  private final RetryPolicy policy;
  private final RandomGenerator random;
  private final Pause pause;

  /** Retries with real pauses. */
  public RetryingObjectStore(ObjectStore store, RetryPolicy policy) {
    this(store, policy, RandomGenerator.getDefault(), Thread::sleep);
  }

  public RetryingObjectStore(
      ObjectStore store, RetryPolicy policy, RandomGenerator random, Pause pause) {
    this.store = store;
    this.policy = policy;
    this.random = random;
    this.pause = pause;
  }

  @Override
  public boolean putIfAbsent(ObjectKey key, byte[] content) throws IOException {
    return retry(() -> store.putIfAbsent(key, content));
  }

  @Override
  public boolean putIfAbsent(ObjectKey key, Path file, String sha256) throws IOException {
    return retry(() -> store.putIfAbsent(key, file, sha256));
  }

  @Override
  public void put(ObjectKey key, byte[] content) throws IOException {
    retry(
        () -> {
          store.put(key, content);
          return key;
        });
  }

  @Override
  public InputStream get(ObjectKey key) throws IOException {
    return new ResumingInputStream(retry(() -> store.get(key)), key, 0, Long.MAX_VALUE);
  }

  @Override
  public InputStream get(ObjectKey key, long offset, long length) throws IOException {
    return new ResumingInputStream(
        retry(() -> store.get(key, offset, length)), key, offset, length);
  }

  @Override
  public Optional<ObjectInfo> stat(ObjectKey key) throws IOException {
    return retry(() -> store.stat(key));
  }

  @Override
  public ObjectPage list(String prefix, Optional<String> next, int limit) throws IOException {
    return retry(() -> store.list(prefix, next, limit));
  }

  @Override
  public void delete(ObjectKey key) throws IOException {
    retry(
        () -> {
          store.delete(key);
          return key;
        });
  }

  @Override
  public void deleteAll(Collection<ObjectKey> keys) throws IOException {
    retry(
        () -> {
          store.deleteAll(keys);
          return keys;
        });
  }

  @Override
  public MultipartUpload beginUpload(ObjectKey key) throws IOException {
    return retry(() -> store.beginUpload(key));
  }

  @Override
  public MultipartUpload.Part uploadPart(
      MultipartUpload upload, int number, byte[] content, int length) throws IOException {
    return retry(() -> store.uploadPart(upload, number, content, length));
  }

  @Override
  public void completeUpload(MultipartUpload upload, List<MultipartUpload.Part> parts)
      throws IOException {
    boolean[] repeated = {false};
    retry(
        () -> {
          try {
            store.completeUpload(upload, parts);
          } catch (ObjectNotFoundException e) {
            // The try before may have succeeded without our hearing of it.
            if (!repeated[0] || store.stat(upload.key()).isEmpty()) {
              throw e;
            }
          } finally {
            repeated[0] = true;
          }
          return upload;
        });
  }

  @Override
  public void abortUpload(MultipartUpload upload) throws IOException {
    retry(
        () -> {
          store.abortUpload(upload);
          return upload;
        });
  }

  @Override
  public void copy(ObjectKey from, ObjectKey to) throws IOException {
    retry(
        () -> {
          store.copy(from, to);
          return to;
        });
  }

  @Override
  public boolean refresh(ObjectKey key) throws IOException {
    return retry(() -> store.refresh(key));
  }

  @Override
  public List<UnfinishedUpload> unfinishedUploads(String prefix) throws IOException {
    return retry(() -> store.unfinishedUploads(prefix));
  }

  private <T> T retry(Attempt<T> attempt) throws IOException {
    for (int failed = 1; ; failed++) {
      try {
        return attempt.run();
      } catch (StoreUnavailableException e) {
        if (failed >= policy.tries()) {
          throw e;
        }
        waitAfter(failed, e);
      }
    }
  }

  private void waitAfter(int failed, StoreUnavailableException cause) throws IOException {
    Duration duration = policy.pause(failed, random.nextDouble());
    LOG.debug("try {} failed, next in {}: {}", failed, duration, cause.getMessage());
    try {
      pause.pause(duration);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      InterruptedIOException interrupted =
          new InterruptedIOException("interrupted while the object store was unavailable");
      interrupted.initCause(cause);
      throw interrupted;
    }
  }

  /** Reads on from the same place over a new connection when the old one breaks. */
  private final class ResumingInputStream extends InputStream {
    private final ObjectKey key;
    private final long end;
    private InputStream in;
    private long position;
    private int failed;

    ResumingInputStream(InputStream in, ObjectKey key, long offset, long length) {
      this.in = in;
      this.key = key;
      this.position = offset;
      this.end = length > Long.MAX_VALUE - offset ? Long.MAX_VALUE : offset + length;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      while (true) {
        try {
          int n = in.read(buffer, offset, length);
          if (n > 0) {
            position += n;
            failed = 0;
          }
          return n;
        } catch (StoreUnavailableException e) {
          failed++;
          if (failed >= policy.tries() || position >= end) {
            throw e;
          }
          in.close();
          waitAfter(failed, e);
          in = retry(() -> store.get(key, position, end - position));
        }
      }
    }

    @Override
    public int available() throws IOException {
      return in.available();
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
