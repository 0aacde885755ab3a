package dev.brickyard.engine.solve;

import dev.brickyard.engine.cache.BlobStore;
import dev.brickyard.engine.cache.BlobUpload;
import dev.brickyard.engine.image.Digest;
import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends a layer to the store while it is packed, where the store can take it so. Never fails: when
 * the upload does, it is given up, and the packed file has to be stored instead.
 */
final class TentativeUpload extends OutputStream {
  private static final Logger LOG = LoggerFactory.getLogger(TentativeUpload.class);

  private @Nullable BlobUpload upload;

  /** Sends nothing. */
  TentativeUpload() {}

  TentativeUpload(BlobStore blobs) {
    try {
      upload = blobs.begin().orElse(null);
    } catch (IOException e) {
      LOG.debug("a layer is not stored while it is packed", e);
    }
  }

  @Override
  public void write(int b) {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int count) {
    BlobUpload sending = upload;
    if (sending != null) {
      try {
        sending.write(bytes, offset, count);
      } catch (IOException e) {
        LOG.debug("a layer is not stored while it is packed", e);
        close();
      }
    }
  }

  /** True when the blob is durable now. */
  boolean complete(Digest digest) {
    BlobUpload sent = upload;
    if (sent == null) {
      return false;
    }
    try {
      sent.complete(digest);
      upload = null;
      return true;
    } catch (IOException e) {
      LOG.debug("{} has to be stored from its file", digest, e);
      close();
      return false;
    }
  }

  /** Gives up what was not completed. */
  @Override
  public void close() {
    BlobUpload open = upload;
    upload = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        LOG.debug("an upload is left to the garbage collector", e);
      }
    }
  }
}
