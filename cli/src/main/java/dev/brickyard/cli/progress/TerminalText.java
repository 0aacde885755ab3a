package dev.brickyard.cli.progress;

import java.util.regex.Pattern;

/** Text of strangers made fit for a terminal, and measured in its columns. */
final class TerminalText {
  private static final int TAB = 8;

  /** ECMA-48 control sequences, operating system commands, and other escapes. */
  private static final Pattern ESCAPES =
      Pattern.compile(
          "\\u001b\\[[0-?]*[ -/]*[@-~]|\\u001b[\\]PX^_][^\\u0007\\u001b]*(?:\\u0007|\\u001b\\\\)?|\\u001b.?");

  private TerminalText() {}

  /** What a terminal would show last of a line that was overwritten with carriage returns. */
  static String afterReturns(String line) {
    String end = line;
    while (end.endsWith("\r")) {
      end = end.substring(0, end.length() - 1);
    }
    return end.substring(end.lastIndexOf('\r') + 1);
  }

  /** Without escape sequences and control characters; tabs become spaces. */
  static String clean(String text) {
    String plain = text.indexOf('\u001b') < 0 ? text : ESCAPES.matcher(text).replaceAll("");
    StringBuilder clean = new StringBuilder(plain.length());
    plain
        .codePoints()
        .forEach(
            c -> {
              if (c == '\t') {
                clean.repeat(' ', TAB - clean.length() % TAB);
              } else if (!isControl(c)) {
                clean.appendCodePoint(c);
              }
            });
    return clean.toString();
  }

  /** Controls, and marks that turn the direction of the text around them. */
  private static boolean isControl(int c) {
    return Character.isISOControl(c)
        || (c >= 0x202a && c <= 0x202e)
        || (c >= 0x2066 && c <= 0x2069)
        || c == 0x2028
        || c == 0x2029;
  }

  /** Columns the text takes. */
  static int width(String text) {
    return text.codePoints().map(TerminalText::width).sum();
  }

  /** The text in at most so many columns; what is cut off is shown by an ellipsis. */
  static String cut(String text, int columns) {
    if (columns <= 0) {
      return "";
    }
    if (width(text) <= columns) {
      return text;
    }
    StringBuilder cut = new StringBuilder();
    int used = 0;
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      if (used + width(c) > columns - 1) {
        break;
      }
      used += width(c);
      cut.appendCodePoint(c);
      i += Character.charCount(c);
    }
    return cut.append('…').toString();
  }

  /** 0 for marks on the character before, 2 for East Asian wide ones and emoji (UAX 11). */
  private static int width(int c) {
    int type = Character.getType(c);
    if (type == Character.NON_SPACING_MARK
        || type == Character.ENCLOSING_MARK
        || type == Character.FORMAT) {
      return 0;
    }
    boolean wide =
        (c >= 0x1100 && c <= 0x115f)
            || (c >= 0x2e80 && c <= 0x303e)
            || (c >= 0x3041 && c <= 0xa4cf)
            || (c >= 0xac00 && c <= 0xd7a3)
            || (c >= 0xf900 && c <= 0xfaff)
            || (c >= 0xfe30 && c <= 0xfe6f)
            || (c >= 0xff00 && c <= 0xff60)
            || (c >= 0xffe0 && c <= 0xffe6)
            || (c >= 0x1f300 && c <= 0x1f64f)
            || (c >= 0x1f680 && c <= 0x1f6ff)
            || (c >= 0x1f900 && c <= 0x1f9ff)
            || (c >= 0x20000 && c <= 0x3fffd);
    return wide ? 2 : 1;
  }
}
