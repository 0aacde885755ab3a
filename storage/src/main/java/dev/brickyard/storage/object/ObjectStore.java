package dev.brickyard.storage.object;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Objects under keys. An object appears and is replaced atomically: readers see all of one version
 * or nothing. Safe for use by many threads.
 *
 * <p>Every method throws {@link StoreUnavailableException} when the store is away or failed, {@link
 * StoreRefusedException} when it said no, and {@link java.io.InterruptedIOException} when the
 * calling thread was interrupted.
 */
public interface ObjectStore {
  /**
   * Stores the object unless the key is taken.
   *
   * @return false when there was an object already, which is left as it was
   */
  boolean putIfAbsent(ObjectKey key, byte[] content) throws IOException;

  /**
   * Like {@link #putIfAbsent(ObjectKey, byte[])}, streaming from the file, which must not change
   * meanwhile.
   *
   * @param sha256 of the file, in hex, known to the caller; the store refuses anything else
   */
  boolean putIfAbsent(ObjectKey key, Path file, String sha256) throws IOException;

  /** Stores the object, replacing an older one. */
  void put(ObjectKey key, byte[] content) throws IOException;

  /**
   * Opens the object from its start.
   *
   * @throws ObjectNotFoundException when there is none
   */
  InputStream get(ObjectKey key) throws IOException;

  /**
   * Opens a range of the object. The stream is shorter than {@code length} when the object ends
   * before.
   *
   * @param length at least 1
   * @throws ObjectNotFoundException when there is no object, or it ends at or before the offset
   */
  InputStream get(ObjectKey key, long offset, long length) throws IOException;

  /** What the store knows of the object; empty when there is none. */
  Optional<ObjectInfo> stat(ObjectKey key) throws IOException;

  /**
   * Lists objects whose key starts with the prefix.
   *
   * @param next from the page before; empty to begin
   * @param limit 1 to 1000
   */
  ObjectPage list(String prefix, Optional<String> next, int limit) throws IOException;

  /** Removes an object; nothing happens when there is none. */
  void delete(ObjectKey key) throws IOException;

  /** Removes many objects; those that do not exist are passed over. */
  void deleteAll(Collection<ObjectKey> keys) throws IOException;

  /** Begins an object of unknown size. Prefer {@link StreamingUpload}. */
  MultipartUpload beginUpload(ObjectKey key) throws IOException;

  /**
   * Sends one part. All parts but the last have at least 5 MiB.
   *
   * @param number 1 to 10000
   * @param content the first {@code length} bytes are sent
   */
  MultipartUpload.Part uploadPart(MultipartUpload upload, int number, byte[] content, int length)
      throws IOException;

  /** Makes the object of its parts, replacing an older one. */
  void completeUpload(MultipartUpload upload, List<MultipartUpload.Part> parts) throws IOException;

  /** Forgets an upload and its parts; nothing happens when there is none. */
  void abortUpload(MultipartUpload upload) throws IOException;

  /**
   * Copies an object within the store, without its content passing by here; what is at the other
   * key is replaced.
   *
   * @throws ObjectNotFoundException when there is nothing to copy
   */
  void copy(ObjectKey from, ObjectKey to) throws IOException;

  /**
   * Makes the object as young as if it had just been stored, without sending its content again: its
   * time of modification becomes the store's present.
   *
   * @return false when there is no object
   */
  boolean refresh(ObjectKey key) throws IOException;

  /**
   * Uploads that were begun under this prefix and neither completed nor aborted.
   *
   * @param prefix of their keys; may be empty
   */
  List<UnfinishedUpload> unfinishedUploads(String prefix) throws IOException;

  /**
   * The whole object, when it is small.
   *
   * @throws StoreRefusedException when the object is larger than the limit
   * @throws ObjectNotFoundException when there is none
   */
  default byte[] read(ObjectKey key, int limit) throws IOException {
    try (InputStream in = get(key)) {
      byte[] content = in.readNBytes(limit);
      if (in.read() >= 0) {
        throw new StoreRefusedException(key + " is larger than " + limit + " bytes", null);
      }
      return content;
    }
  }
}
