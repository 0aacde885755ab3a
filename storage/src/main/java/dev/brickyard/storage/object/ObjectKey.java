package dev.brickyard.storage.object;

import java.nio.charset.StandardCharsets;

/**
 * The name of an object in the bucket: names separated by {@code /}, none of them empty, {@code .}
 * or {@code ..}, at most 1024 bytes in UTF-8 (S3, "Object key naming guidelines").
 */
public record ObjectKey(String value) implements Comparable<ObjectKey> {
  private static final int MAX_BYTES = 1024;

  /** Checks the form; throws {@link IllegalArgumentException} naming the wrong key. */
  public ObjectKey {
    if (value.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
      throw new IllegalArgumentException("an object key is longer than " + MAX_BYTES + " bytes");
    }
    for (String name : value.split("/", -1)) {
      if (name.isEmpty() || name.equals(".") || name.equals("..")) {
        throw new IllegalArgumentException("\"" + value + "\" cannot be an object key");
      }
      if (name.chars().anyMatch(Character::isISOControl)) {
        throw new IllegalArgumentException("an object key holds a control character");
      }
    }
  }

  @Override
  public int compareTo(ObjectKey other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
