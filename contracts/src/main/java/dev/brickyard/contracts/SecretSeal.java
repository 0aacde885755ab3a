package dev.brickyard.contracts;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * How secrets are kept at rest: sealed with a key that the api and the scheduler share, each
 * build's with a nonce of its own, and for that build alone.
 *
 * <p>The format: a version byte, four bytes that tell the key, twelve of the nonce, then
 * AES-256-GCM over the JSON of the list, with the build's id as further data.
 */
public final class SecretSeal {
  /** What a configured key must have at least, in characters. */
  public static final int SHORTEST_KEY = 32;

  private static final byte VERSION = 1;
  private static final int KEY_ID_BYTES = 4;
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;
  private static final int HEADER_BYTES = 1 + KEY_ID_BYTES + NONCE_BYTES;

  private final SecretKeySpec key;
  private final byte[] keyId;

  private SecretSeal(SecretKeySpec key, byte[] keyId) {
    this.key = key;
    this.keyId = keyId;
  }

  record Content(List<BuildSecret> secrets) {}

  /** Something cannot be opened. Its message tells nothing of the content. */
  public static final class BrokenSealException extends Exception {
    private static final long serialVersionUID = 1L;

    private BrokenSealException(String sentence) {
      super(sentence);
    }
  }

  /**
   * A seal.
   *
   * @param key random text, the same wherever it is opened
   * @throws IllegalArgumentException when it is too short to be that
   */
  public static SecretSeal of(String key) {
    String trimmed = key.trim();
    if (trimmed.length() < SHORTEST_KEY) {
      throw new IllegalArgumentException(
          "brickyard.secrets.key must be at least "
              + SHORTEST_KEY
              + " random characters, such as openssl rand -hex 32 prints");
    }
    return new SecretSeal(
        new SecretKeySpec(digest("brickyard secrets: key", trimmed), "AES"),
        Arrays.copyOf(digest("brickyard secrets: name of the key", trimmed), KEY_ID_BYTES));
  }

  private static byte[] digest(String purpose, String key) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      sha256.update((purpose + "\0").getBytes(StandardCharsets.UTF_8));
      return sha256.digest(key.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** Seals the secrets of a build. */
  public byte[] seal(UUID build, List<BuildSecret> secrets, SecureRandom random) {
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    try {
      byte[] sealed =
          cipher(Cipher.ENCRYPT_MODE, build, nonce).doFinal(Json.write(new Content(secrets)));
      return ByteBuffer.allocate(HEADER_BYTES + sealed.length)
          .put(VERSION)
          .put(keyId)
          .put(nonce)
          .put(sealed)
          .array();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM can seal anything", e);
    }
  }

  /**
   * Opens what was sealed for the build.
   *
   * @throws BrokenSealException when it was sealed with another key or for another build, or was
   *     changed since
   */
  public List<BuildSecret> open(UUID build, byte[] sealed) throws BrokenSealException {
    if (sealed.length < HEADER_BYTES || sealed[0] != VERSION) {
      throw new BrokenSealException("they were sealed in a way that is not known here");
    }
    if (!Arrays.equals(sealed, 1, 1 + KEY_ID_BYTES, keyId, 0, KEY_ID_BYTES)) {
      throw new BrokenSealException(
          "they were sealed with another brickyard.secrets.key than this service has");
    }
    byte[] nonce = Arrays.copyOfRange(sealed, 1 + KEY_ID_BYTES, HEADER_BYTES);
    try {
      byte[] content =
          cipher(Cipher.DECRYPT_MODE, build, nonce)
              .doFinal(sealed, HEADER_BYTES, sealed.length - HEADER_BYTES);
      return Json.read(content, Content.class).secrets();
    } catch (GeneralSecurityException | UnreadableMessageException e) {
      // Without the cause, whose words may quote the content.
      throw new BrokenSealException("they are damaged");
    }
  }

  private Cipher cipher(int mode, UUID build, byte[] nonce) throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
    cipher.updateAAD(build.toString().getBytes(StandardCharsets.US_ASCII));
    return cipher;
  }
}
