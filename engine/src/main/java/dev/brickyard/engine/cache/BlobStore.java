package dev.brickyard.engine.cache;

import dev.brickyard.engine.image.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The farm's shared store of immutable content, addressed by digest. Safe for use by many threads
 * and by many workers at once; writing the same digest twice is harmless.
 */
public interface BlobStore {
  /**
   * The size in bytes, or empty when the store does not have the blob.
   *
   * @throws IOException when the store could not be asked
   */
  OptionalLong size(Digest digest) throws IOException;

  /**
   * Opens the blob. The content is verified while it is read: the read that would reach the end of
   * content with a wrong digest throws {@link CorruptBlobException} instead.
   *
   * @throws BlobNotFoundException when the store does not have it: a cache miss, not an error
   * @throws IOException when the store could not be asked
   */
  InputStream open(Digest digest) throws IOException;

  /**
   * Stores a file's content under its digest, atomically: readers see all of it or nothing. Returns
   * once the content is durable; at once when the store has it already.
   *
   * @throws CorruptBlobException when the file does not have that digest; nothing is stored then
   */
  void put(Digest digest, Path file) throws IOException;

  /** Like {@link #put(Digest, Path)}, for small content such as configs and manifests. */
  void put(Digest digest, byte[] content) throws IOException;

  /**
   * Begins to store content while it is being made; empty where {@link #put(Digest, Path)} is as
   * good.
   *
   * @throws IOException when the store could not be asked
   */
  default Optional<BlobUpload> begin() throws IOException {
    return Optional.empty();
  }

  /**
   * Removes content that was found corrupt, so that the next {@code put} of this digest stores it
   * anew. Nothing happens when the store does not have it.
   */
  void discard(Digest digest) throws IOException;
}
