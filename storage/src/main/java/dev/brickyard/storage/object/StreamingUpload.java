package dev.brickyard.storage.object;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * Writes an object of unknown size. Content up to one part goes as a single request when {@link
 * #complete} is called; more is sent in parts, one on its way while the next is filled, so that
 * never more than two parts are in memory. Closing without {@code complete} leaves nothing behind.
 * Not for use by several threads.
 */
public final class StreamingUpload extends OutputStream {
  /** What S3 demands of every part but the last. */
  private static final int MIN_PART = 5 << 20;

  private static final int DEFAULT_PART = 8 << 20;
  private static final int FIRST_BUFFER = 64 << 10;

  private final ObjectStore store;
  private final ObjectKey key;
  private final int partSize;
  private final List<MultipartUpload.Part> parts = new ArrayList<>();

  private byte[] buffer = new byte[FIRST_BUFFER];
  private int filled;
  private byte @Nullable [] spare;
  private @Nullable MultipartUpload upload;
  private @Nullable FutureTask<MultipartUpload.Part> inFlight;
  private boolean completed;
  private boolean closed;

  /** Begins an object; nothing is sent yet. */
  public StreamingUpload(ObjectStore store, ObjectKey key) {
    this(store, key, DEFAULT_PART);
  }

  StreamingUpload(ObjectStore store, ObjectKey key, int partSize) {
    if (partSize < MIN_PART) {
      throw new IllegalArgumentException("a part has at least " + MIN_PART + " bytes");
    }
    this.store = store;
    this.key = key;
    this.partSize = partSize;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] content, int offset, int length) throws IOException {
    if (closed) {
      throw new IOException("the upload of " + key + " is closed");
    }
    int from = offset;
    int end = offset + length;
    while (from < end) {
      if (filled == partSize) {
        sendPart();
      }
      int n = Math.min(end - from, partSize - filled);
      reserve(filled + n);
      System.arraycopy(content, from, buffer, filled, n);
      filled += n;
      from += n;
    }
  }

  private void reserve(int size) {
    if (size > buffer.length) {
      buffer = Arrays.copyOf(buffer, Math.min(partSize, Math.max(size, buffer.length * 4)));
    }
  }

  private void sendPart() throws IOException {
    MultipartUpload current = upload;
    if (current == null) {
      current = store.beginUpload(key);
      upload = current;
    }
    awaitPart();
    MultipartUpload target = current;
    byte[] content = buffer;
    int length = filled;
    int number = parts.size() + 1;
    Callable<MultipartUpload.Part> send = () -> store.uploadPart(target, number, content, length);
    FutureTask<MultipartUpload.Part> task = new FutureTask<>(send);
    inFlight = task;
    Thread.ofVirtual().name("upload-" + key).start(task);
    buffer = spare == null ? new byte[partSize] : spare;
    spare = content;
    filled = 0;
  }

  private void awaitPart() throws IOException {
    FutureTask<MultipartUpload.Part> task = inFlight;
    if (task == null) {
      return;
    }
    try {
      parts.add(task.get());
      inFlight = null;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException cause) {
        throw cause;
      }
      throw new IOException("a part of " + key + " could not be sent", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while sending " + key);
    }
  }

  /** Makes the object, replacing an older one. Durable on return. */
  public void complete() throws IOException {
    if (closed) {
      throw new IOException("the upload of " + key + " is closed");
    }
    if (upload == null) {
      store.put(key, Arrays.copyOf(buffer, filled));
    } else {
      if (filled > 0) {
        sendPart();
      }
      awaitPart();
      store.completeUpload(upload, parts);
    }
    completed = true;
    close();
  }

  /** Removes what was sent when the upload was not completed. */
  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    buffer = new byte[0];
    spare = null;
    MultipartUpload begun = upload;
    if (completed || begun == null) {
      return;
    }
    // A part that arrives after the abort would stay, so it has to be over before.
    boolean interrupted = Thread.interrupted();
    FutureTask<MultipartUpload.Part> task = inFlight;
    while (task != null && !task.isDone()) {
      try {
        task.get();
      } catch (ExecutionException e) {
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    try {
      store.abortUpload(begun);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
