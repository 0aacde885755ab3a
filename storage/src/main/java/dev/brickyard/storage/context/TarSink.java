package dev.brickyard.storage.context;

import dev.brickyard.storage.object.ObjectKey;
import dev.brickyard.storage.object.ObjectStore;
import dev.brickyard.storage.object.StreamingUpload;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Keeps a small tar in memory, and streams a larger one into an object of its own. */
final class TarSink extends OutputStream {
  private final ObjectStore objects;
  private final ObjectKey key;
  private final int inlineBelow;
  private @Nullable ByteArrayOutputStream small = new ByteArrayOutputStream(16 << 10);
  private @Nullable StreamingUpload large;

  /**
   * @param inlineBelow bytes from which on a tar is no longer small
   */
  TarSink(ObjectStore objects, ObjectKey key, int inlineBelow) {
    this.objects = objects;
    this.key = key;
    this.inlineBelow = inlineBelow;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] content, int offset, int length) throws IOException {
    ByteArrayOutputStream kept = small;
    if (kept != null) {
      if (kept.size() + (long) length < inlineBelow) {
        kept.write(content, offset, length);
        return;
      }
      small = null;
      large = new StreamingUpload(objects, key);
      large.write(kept.toByteArray());
    }
    StreamingUpload upload = large;
    if (upload == null) {
      throw new IOException("nothing is written after the end");
    }
    upload.write(content, offset, length);
  }

  /** The tar, when it is small; else it is in its object when this returns. */
  Optional<byte[]> complete() throws IOException {
    ByteArrayOutputStream kept = small;
    small = null;
    if (kept != null) {
      return Optional.of(kept.toByteArray());
    }
    if (large != null) {
      large.complete();
    }
    return Optional.empty();
  }

  @Override
  public void close() throws IOException {
    if (large != null) {
      large.close();
    }
  }
}
