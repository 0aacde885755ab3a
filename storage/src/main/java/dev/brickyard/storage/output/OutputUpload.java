package dev.brickyard.storage.output;

import dev.brickyard.engine.export.ExportStream;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.storage.object.ObjectKey;
import dev.brickyard.storage.object.ObjectStore;
import dev.brickyard.storage.object.StreamingUpload;
import java.io.IOException;
import java.security.MessageDigest;

/** A file on its way into the object store, measured as it passes. */
final class OutputUpload extends ExportStream {
  /** Is told what the file came to, when the store has all of it. */
  @FunctionalInterface
  interface Completed {
    void with(long size, Digest digest) throws IOException;
  }

  private final StreamingUpload upload;
  private final Completed completed;
  private final MessageDigest digest = Digest.newSha256();
  private long size;

  OutputUpload(ObjectStore objects, ObjectKey key, Completed completed) {
    this.upload = new StreamingUpload(objects, key);
    this.completed = completed;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] content, int offset, int length) throws IOException {
    upload.write(content, offset, length);
    digest.update(content, offset, length);
    size += length;
  }

  @Override
  public void complete() throws IOException {
    upload.complete();
    completed.with(size, Digest.of(digest));
  }

  @Override
  public void close() throws IOException {
    upload.close();
  }
}
