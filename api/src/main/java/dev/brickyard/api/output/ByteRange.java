package dev.brickyard.api.output;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A part of a file that a client asks for (RFC 9110, "Range Requests").
 *
 * @param first its first byte
 * @param last its last byte, both counted from 0
 */
record ByteRange(long first, long last) {
  private static final Pattern SINGLE = Pattern.compile("bytes=(\\d{0,18})-(\\d{0,18})");

  long length() {
    return last - first + 1;
  }

  /**
   * Reads a header. Several ranges at once, and what is no range, are answered with the whole file,
   * as the standard allows: empty then.
   *
   * @throws UnsatisfiableException when the file ends before
   */
  static Optional<ByteRange> parse(@Nullable String header, long size)
      throws UnsatisfiableException {
    Matcher parts = SINGLE.matcher(header == null ? "" : header.trim());
    if (!parts.matches() || (parts.group(1).isEmpty() && parts.group(2).isEmpty())) {
      return Optional.empty();
    }
    if (parts.group(1).isEmpty()) {
      long suffix = Math.min(size, Long.parseLong(parts.group(2)));
      return Optional.of(satisfiable(size - suffix, size - 1, size));
    }
    long first = Long.parseLong(parts.group(1));
    long last = parts.group(2).isEmpty() ? size - 1 : Long.parseLong(parts.group(2));
    if (!parts.group(2).isEmpty() && last < first) {
      return Optional.empty();
    }
    return Optional.of(satisfiable(first, Math.min(last, size - 1), size));
  }

  private static ByteRange satisfiable(long first, long last, long size)
      throws UnsatisfiableException {
    if (first >= size || last < first) {
      throw new UnsatisfiableException();
    }
    return new ByteRange(first, last);
  }

  /** The file has none of what is asked for. */
  static final class UnsatisfiableException extends Exception {
    private static final long serialVersionUID = 1L;
  }
}
