package dev.brickyard.engine.dockerfile;

/**
 * What Go's {@code unicode}, {@code strings} and {@code strconv} packages make of text. The
 * language's reference implementation is written in Go, and Java's own notions differ (no-break
 * spaces, for one).
 */
public final class GoText {
  private static final int SHOWN = 120;
  private static final int ASCII_END = 0x80;
  private static final int DELETE = 0x7f;

  private GoText() {}

  /** {@code unicode.IsSpace}: the White_Space property. */
  static boolean isSpace(int c) {
    return switch (c) {
      case '\t', '\n', 0x0B, '\f', '\r', ' ', 0x85, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F ->
          true;
      case 0x3000 -> true;
      default -> c >= 0x2000 && c <= 0x200A;
    };
  }

  /** The white space that separates the words of an instruction: no line feed, ASCII only. */
  static boolean isSeparator(char c) {
    return c == ' ' || c == '\t' || c == 0x0B || c == '\f' || c == '\r';
  }

  /** {@code \s} of Go's regular expressions. */
  static boolean isPatternSpace(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
  }

  static String trimLeft(String text) {
    int from = 0;
    while (from < text.length() && isSpace(text.charAt(from))) {
      from++;
    }
    return text.substring(from);
  }

  /** The text as {@link #literal} for a message, cut when it is long. */
  static String quote(String text) {
    return literal(cut(text));
  }

  /** The text on one line for a message, cut when it is long. */
  static String shorten(String text) {
    return cut(text).replace("\n", "\\n").replace("\r", "\\r");
  }

  private static String cut(String text) {
    return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
  }

  /** The text as Go prints it with {@code %q}: in double quotes, with Go's escapes. */
  public static String literal(String text) {
    StringBuilder out = new StringBuilder("\"");
    text.codePoints().forEach(c -> literal(out, c));
    return out.append('"').toString();
  }

  private static void literal(StringBuilder out, int c) {
    switch (c) {
      case '"' -> out.append("\\\"");
      case '\\' -> out.append("\\\\");
      case 0x07 -> out.append("\\a");
      case '\b' -> out.append("\\b");
      case '\f' -> out.append("\\f");
      case '\n' -> out.append("\\n");
      case '\r' -> out.append("\\r");
      case '\t' -> out.append("\\t");
      case 0x0B -> out.append("\\v");
      default -> {
        if (isPrintable(c)) {
          out.appendCodePoint(c);
        } else if (c < ' ' || c == DELETE) {
          out.append("\\x%02x".formatted(c));
        } else if (Character.isSupplementaryCodePoint(c)) {
          out.append("\\U%08x".formatted(c));
        } else {
          out.append("\\u%04x".formatted(c));
        }
      }
    }
  }

  /**
   * {@code strconv.IsPrint}: letters, marks, numbers, punctuation, symbols, and the plain space.
   */
  private static boolean isPrintable(int c) {
    if (c < ASCII_END) {
      return c >= ' ' && c != DELETE;
    }
    return switch (Character.getType(c)) {
      case Character.UNASSIGNED,
          Character.CONTROL,
          Character.FORMAT,
          Character.PRIVATE_USE,
          Character.SURROGATE,
          Character.SPACE_SEPARATOR,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }
}
