package dev.brickyard.engine.dockerfile;

/**
 * What Go's {@code unicode} and {@code strings} packages call space. The language's reference
 * implementation is written in Go, and Java's own notions differ (no-break spaces, for one).
 */
final class GoText {
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

  static String trimLeft(String text) {
    int from = 0;
    while (from < text.length() && isSpace(text.charAt(from))) {
      from++;
    }
    return text.substring(from);
  }

  /** The text in double quotes for a message, cut when it is long. */
  static String quote(String text) {
    return "\"" + shorten(text) + "\"";
  }

  /** The text on one line for a message, cut when it is long. */
  static String shorten(String text) {
    String shown = text.length() <= 120 ? text : text.substring(0, 120) + "…";
    return shown.replace("\n", "\\n").replace("\r", "\\r");
  }
}
