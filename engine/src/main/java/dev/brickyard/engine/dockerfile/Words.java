package dev.brickyard.engine.dockerfile;

import dev.brickyard.engine.dockerfile.LogicalLine.Slice;
import java.util.ArrayList;
import java.util.List;

/** Splits what follows a keyword: flags first, then words that may be quoted. */
final class Words {
  private Words() {}

  /** A flag as written, with quotes and escapes removed, such as {@code --from=base}. */
  record Flag(String text, Slice place) {}

  /** The flags, and the rest without the white space around it. */
  record Arguments(List<Flag> flags, Slice rest) {}

  /** Takes the leading words that start with {@code --}; a bare {@code --} ends them. */
  static Arguments flags(Slice slice) {
    String text = slice.text();
    List<Flag> flags = new ArrayList<>();
    int at = 0;
    while (true) {
      while (at < text.length() && GoText.isSpace(text.charAt(at))) {
        at++;
      }
      if (!text.startsWith("--", at)) {
        return new Arguments(flags, slice.sub(at).trim());
      }
      StringBuilder word = new StringBuilder();
      int start = at;
      at = flagWord(text, at, word);
      if (word.toString().equals("--")) {
        return new Arguments(flags, slice.sub(at).trim());
      }
      flags.add(new Flag(word.toString(), slice.sub(start, at)));
    }
  }

  /** Reads to the end of an unquoted word. Here the escape is a backslash, always. */
  private static int flagWord(String text, int start, StringBuilder word) {
    char quote = 0;
    int at = start;
    for (; at < text.length(); at++) {
      char c = text.charAt(at);
      if (quote == 0 && GoText.isSpace(c)) {
        break;
      }
      if (quote == 0 && (c == '\'' || c == '"')) {
        quote = c;
      } else if (quote != 0 && c == quote) {
        quote = 0;
      } else if (c == '\\') {
        if (at + 1 < text.length()) {
          word.append(text.charAt(++at));
        }
      } else {
        word.append(c);
      }
    }
    return at;
  }

  /** A word with its quotes and escapes kept, and where it stands. */
  record Word(String text, Slice place) {}

  /** Splits at white space outside of quotes. */
  static List<Word> split(Slice slice, char escape) {
    String text = slice.text();
    List<Word> words = new ArrayList<>();
    int at = 0;
    while (true) {
      while (at < text.length() && GoText.isSpace(text.charAt(at))) {
        at++;
      }
      if (at == text.length()) {
        return words;
      }
      StringBuilder word = new StringBuilder();
      int start = at;
      at = word(text, at, escape, word);
      if (!word.isEmpty()) {
        words.add(new Word(word.toString(), slice.sub(start, at)));
      }
    }
  }

  private static int word(String text, int start, char escape, StringBuilder word) {
    char quote = 0;
    int at = start;
    for (; at < text.length(); at++) {
      char c = text.charAt(at);
      if (quote == 0 && GoText.isSpace(c)) {
        break;
      }
      // Nothing can be escaped between single quotes.
      if (c == escape && quote != '\'') {
        if (at + 1 == text.length()) {
          continue;
        }
        word.append(c);
        c = text.charAt(++at);
      } else if (quote == 0 && (c == '\'' || c == '"')) {
        quote = c;
      } else if (c == quote) {
        quote = 0;
      }
      word.append(c);
    }
    return at;
  }
}
