package dev.brickyard.engine.cache;

import dev.brickyard.engine.image.Digest;
import java.io.IOException;
import java.io.OutputStream;

/**
 * Content on its way into a {@link BlobStore} while it is being made, its digest not known yet.
 * Nobody sees any of it before it is complete; closed before, or killed, it never becomes a blob.
 * For one thread.
 */
public abstract class BlobUpload extends OutputStream {
  /**
   * Makes a blob of all that was written. Returns once it is durable; harmless when the store has
   * it already.
   *
   * @throws CorruptBlobException when the content does not have that digest; nothing is stored then
   */
  public abstract void complete(Digest digest) throws IOException;

  /** Gives the upload up when it was not completed. */
  @Override
  public abstract void close() throws IOException;
}
