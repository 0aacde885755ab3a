package dev.brickyard.engine.cachemount;

import dev.brickyard.engine.cache.BlobNotFoundException;
import dev.brickyard.engine.cache.CacheScope;
import dev.brickyard.engine.cache.CorruptBlobException;
import dev.brickyard.engine.image.Digest;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The farm's shared store of saved cache mounts. Safe for use by many threads and workers at once.
 * Every method throws {@link IOException} when the store could not be asked.
 *
 * <p>Chunks are shared by the scopes within a project: they are addressed by their content, so that
 * nobody can change what another one reads.
 */
public interface CacheMountStore {
  /** The number of the mount's latest generation; empty when it was never saved. */
  OptionalLong latest(MountKey mount) throws IOException;

  /** A generation; empty when it is missing. One that cannot be read is removed, and missing. */
  Optional<MountGeneration> find(MountKey mount, long number) throws IOException;

  /**
   * Stores a generation unless its number is taken, atomically: of several workers that save the
   * same number one wins. Durable on return.
   *
   * @return false when the number is taken
   */
  boolean add(MountKey mount, MountGeneration generation) throws IOException;

  /**
   * Stores a chunk's plain bytes, durable on return. One that is there already counts as freshly
   * stored, so that no collector takes it for old garbage.
   *
   * @param plain its first {@code chunk.size()} bytes are the chunk
   */
  void putChunk(CacheScope scope, Chunk chunk, byte[] plain) throws IOException;

  /**
   * A chunk's plain bytes, verified.
   *
   * @throws BlobNotFoundException when it is missing
   * @throws CorruptBlobException when its bytes are not the chunk's
   */
  byte[] chunk(CacheScope scope, Chunk chunk) throws IOException;

  /** Removes a chunk that was found corrupt. Nothing happens when there is none. */
  void discardChunk(CacheScope scope, Digest chunk) throws IOException;
}
