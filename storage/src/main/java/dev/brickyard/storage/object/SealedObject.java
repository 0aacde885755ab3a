package dev.brickyard.storage.object;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * Content that is not addressed by its digest, stored with a checksum over its key and itself: a
 * truncated, damaged or swapped object is told from a good one.
 */
public final class SealedObject {
  private static final int SEAL = 32;

  private SealedObject() {}

  /** The content with its seal in front. */
  public static byte[] seal(ObjectKey key, byte[] content) {
    return ByteBuffer.allocate(SEAL + content.length)
        .put(checksum(key, content, 0))
        .put(content)
        .array();
  }

  /**
   * The content without its seal.
   *
   * @throws IOException when this is not what was sealed under the key
   */
  public static byte[] open(ObjectKey key, byte[] sealed) throws IOException {
    if (sealed.length < SEAL
        || !MessageDigest.isEqual(
            checksum(key, sealed, SEAL), Arrays.copyOfRange(sealed, 0, SEAL))) {
      throw new IOException("the object " + key + " is damaged");
    }
    return Arrays.copyOfRange(sealed, SEAL, sealed.length);
  }

  private static byte[] checksum(ObjectKey key, byte[] content, int offset) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      sha256.update(key.value().getBytes(StandardCharsets.UTF_8));
      sha256.update((byte) 0);
      sha256.update(content, offset, content.length - offset);
      return sha256.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
