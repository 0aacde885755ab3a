package dev.brickyard.engine.image;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The SHA-256 digest of some content, written {@code sha256:<64 lower-case hex digits>} (OCI image
 * specification, "Digests"). Two digests are equal exactly when the content is.
 *
 * @param hex 64 lower-case hex digits, without the algorithm
 */
public record Digest(String hex) implements Comparable<Digest> {
  private static final int HEX_DIGITS = 64;
  private static final String PREFIX = "sha256:";

  /** Checks the form; throws {@link IllegalArgumentException} naming the wrong text. */
  public Digest {
    if (!isHex(hex)) {
      throw new IllegalArgumentException("not a sha256 digest: \"" + hex + "\"");
    }
  }

  /** Not a regular expression: indexes make tens of thousands of digests on the way of a build. */
  private static boolean isHex(String text) {
    if (text.length() != HEX_DIGITS) {
      return false;
    }
    for (int i = 0; i < HEX_DIGITS; i++) {
      char c = text.charAt(i);
      if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
        return false;
      }
    }
    return true;
  }

  /**
   * Reads {@code sha256:…}.
   *
   * @throws IllegalArgumentException when the text is no SHA-256 digest
   */
  @JsonCreator
  public static Digest parse(String text) {
    if (!text.startsWith(PREFIX)) {
      throw new IllegalArgumentException("not a sha256 digest: \"" + text + "\"");
    }
    return new Digest(text.substring(PREFIX.length()));
  }

  /** The digest of these bytes. */
  public static Digest of(byte[] content) {
    return ofFinished(newSha256().digest(content));
  }

  /** The digest of this text in UTF-8. */
  public static Digest of(String content) {
    return of(content.getBytes(StandardCharsets.UTF_8));
  }

  /** Finishes a {@link MessageDigest} made by {@link #newSha256()}, which is reset by this. */
  public static Digest of(MessageDigest sha256) {
    return ofFinished(sha256.digest());
  }

  private static Digest ofFinished(byte[] sha256) {
    return new Digest(HexFormat.of().formatHex(sha256));
  }

  /** A fresh SHA-256 to feed content to. */
  public static MessageDigest newSha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  /** The first twelve hex digits, for people. */
  public String abbreviated() {
    return hex.substring(0, 12);
  }

  @Override
  public int compareTo(Digest other) {
    return hex.compareTo(other.hex);
  }

  /** {@code sha256:…} */
  @Override
  @JsonValue
  public String toString() {
    return PREFIX + hex;
  }
}
