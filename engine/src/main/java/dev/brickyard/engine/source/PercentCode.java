package dev.brickyard.engine.source;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The escapes of URLs. Java's own decoder takes every plus for a space, which paths do not mean.
 */
final class PercentCode {
  private PercentCode() {}

  /**
   * Replaces escapes by what they stand for.
   *
   * @param plusIsSpace as in queries
   * @return empty when an escape is malformed
   */
  static Optional<String> decode(String text, boolean plusIsSpace) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '+' && plusIsSpace) {
        out.write(' ');
      } else if (bytes[i] != '%') {
        out.write(bytes[i]);
      } else {
        int high = i + 2 < bytes.length ? Character.digit(bytes[i + 1], 16) : -1;
        int low = i + 2 < bytes.length ? Character.digit(bytes[i + 2], 16) : -1;
        if (high < 0 || low < 0) {
          return Optional.empty();
        }
        out.write(high << 4 | low);
        i += 2;
      }
    }
    return Optional.of(out.toString(StandardCharsets.UTF_8));
  }
}
