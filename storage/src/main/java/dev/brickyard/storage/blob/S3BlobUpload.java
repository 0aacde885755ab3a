package dev.brickyard.storage.blob;

import dev.brickyard.engine.cache.BlobUpload;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.storage.object.ObjectKey;
import dev.brickyard.storage.object.ObjectStore;
import dev.brickyard.storage.object.StreamingUpload;
import java.io.IOException;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends a blob in parts while it is being made, to a key of its own below {@code uploads/}; when
 * its digest is known, the store copies it to where it belongs.
 *
 * <p>Whoever is killed meanwhile leaves an unfinished multipart upload, or an object, below {@link
 * #PREFIX}: nobody reads there, and what is older than any upload can take may be removed.
 */
final class S3BlobUpload extends BlobUpload {
  /** Where uploads stand that have no digest yet. */
  static final String PREFIX = "uploads/";

  private static final Logger LOG = LoggerFactory.getLogger(S3BlobUpload.class);

  private final ObjectStore objects;
  private final ObjectKey temporary = new ObjectKey(PREFIX + UUID.randomUUID());
  private final StreamingUpload upload;

  S3BlobUpload(ObjectStore objects) {
    this.objects = objects;
    this.upload = new StreamingUpload(objects, temporary);
  }

  @Override
  public void write(int b) throws IOException {
    upload.write(b);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    upload.write(bytes, offset, length);
  }

  @Override
  public void complete(Digest digest) throws IOException {
    ObjectKey key = S3BlobStore.key(digest);
    if (objects.stat(key).isPresent()) {
      close();
      return;
    }
    upload.complete();
    try {
      objects.copy(temporary, key);
    } finally {
      try {
        objects.delete(temporary);
      } catch (IOException e) {
        LOG.debug("{} is left to the garbage collector", temporary, e);
      }
    }
  }

  @Override
  public void close() throws IOException {
    upload.close();
  }
}
