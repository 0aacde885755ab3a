package dev.brickyard.engine.cache;

import dev.brickyard.engine.image.Digest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Hashes what a step means into a key, canonically: every part is written with its type and length,
 * so that no two different sequences of parts are the same bytes. Not for use by several threads.
 */
public final class KeyBuilder {
  /**
   * Raised whenever the engine would make another layer from the same parts: every older record is
   * a miss from then on.
   */
  public static final int VERSION = 2;

  private final MessageDigest sha256 = Digest.newSha256();

  /**
   * Starts a key.
   *
   * @param domain what kind of thing is hashed; keys of different domains never meet
   */
  public KeyBuilder(String domain) {
    add("brickyard-key").add(VERSION).add(domain);
  }

  /** Adds a text. */
  public KeyBuilder add(String text) {
    return bytes('s', text.getBytes(StandardCharsets.UTF_8));
  }

  /** Adds a number. */
  public KeyBuilder add(long number) {
    return bytes('n', ByteBuffer.allocate(Long.BYTES).putLong(number).array());
  }

  /** Adds a truth value. */
  public KeyBuilder add(boolean value) {
    return bytes('b', new byte[] {(byte) (value ? 1 : 0)});
  }

  /** Adds a digest. */
  public KeyBuilder add(Digest digest) {
    return bytes('d', digest.hex().getBytes(StandardCharsets.US_ASCII));
  }

  /** Adds an optional text; an empty one differs from an empty text. */
  public KeyBuilder add(Optional<String> text) {
    add(text.isPresent());
    text.ifPresent(this::add);
    return this;
  }

  /** Adds a list of texts in its order, with its length. */
  public KeyBuilder addTexts(Collection<String> texts) {
    length('l', texts.size());
    texts.forEach(this::add);
    return this;
  }

  /** Adds a list of digests in its order, with its length. */
  public KeyBuilder addDigests(Collection<Digest> digests) {
    length('l', digests.size());
    digests.forEach(this::add);
    return this;
  }

  /** Adds a map, whatever its order. */
  public KeyBuilder add(Map<String, String> map) {
    length('m', map.size());
    new TreeMap<>(map).forEach((key, value) -> add(key).add(value));
    return this;
  }

  /** The key. The builder must not be used after this. */
  public Digest build() {
    return Digest.of(sha256);
  }

  private KeyBuilder bytes(char type, byte[] content) {
    length(type, content.length);
    sha256.update(content);
    return this;
  }

  private void length(char type, int length) {
    sha256.update((byte) type);
    sha256.update(ByteBuffer.allocate(Integer.BYTES).putInt(length).array());
  }
}
