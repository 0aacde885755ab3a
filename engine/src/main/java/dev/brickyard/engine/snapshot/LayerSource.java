package dev.brickyard.engine.snapshot;

import dev.brickyard.engine.cache.BlobNotFoundException;
import dev.brickyard.engine.cache.CorruptBlobException;
import dev.brickyard.engine.layer.Layer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** Where a layer's compressed blob is read from when it must be unpacked here. */
@FunctionalInterface
public interface LayerSource {
  /** Opens the blob at its beginning; the caller closes it. */
  InputStream open(Layer layer) throws IOException, InterruptedException;

  /**
   * What is to blame when a layer could not be read. Content is known to be wrong at its end only,
   * and who makes sense of it may stumble before: so it is read once more, to its end.
   *
   * @param failure of the first reading
   * @return that the blob is corrupt or gone, if it is; else the failure itself
   */
  default IOException blamed(Layer layer, IOException failure) throws InterruptedException {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof CorruptBlobException || cause instanceof BlobNotFoundException) {
        return failure;
      }
    }
    if (Thread.currentThread().isInterrupted()) {
      return failure;
    }
    try (InputStream again = open(layer)) {
      again.transferTo(OutputStream.nullOutputStream());
    } catch (CorruptBlobException | BlobNotFoundException e) {
      e.addSuppressed(failure);
      return e;
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
    return failure;
  }
}
