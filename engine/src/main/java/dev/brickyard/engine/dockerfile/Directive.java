package dev.brickyard.engine.dockerfile;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * A parser directive: a comment {@code # name=value} among the first lines of a file.
 *
 * @param name in lower case, one of those known
 * @param line where it stands, from 1
 */
record Directive(String name, String value, int line) {
  private static final List<String> KNOWN = List.of("syntax", "escape", "check");

  /**
   * Reads a comment.
   *
   * @param comment with its {@code #}
   * @return empty when it is no directive, after which no other comment is one
   */
  static Optional<Directive> of(String comment, int line) {
    if (!comment.startsWith("#")) {
      return Optional.empty();
    }
    String text = GoText.trimLeft(comment.substring(1));
    int nameEnd = 0;
    while (nameEnd < text.length() && isNameCharacter(text.charAt(nameEnd))) {
      nameEnd++;
    }
    String name = text.substring(0, nameEnd).toLowerCase(Locale.ROOT);
    int equals = skipSpace(text, nameEnd);
    if (!KNOWN.contains(name) || equals == text.length() || text.charAt(equals) != '=') {
      return Optional.empty();
    }
    int start = skipSpace(text, equals + 1);
    int end = text.length();
    while (end > start && GoText.isPatternSpace(text.charAt(end - 1))) {
      end--;
    }
    return start == end
        ? Optional.empty()
        : Optional.of(new Directive(name, text.substring(start, end), line));
  }

  /**
   * The directive of that name the way a front end is chosen, before the file is parsed: a first
   * line that starts with {@code #!} does not count, and white space before a {@code #} does.
   *
   * @param text of the file, without a byte order mark
   */
  static Optional<Directive> find(String text, String name) {
    Set<String> seen = new HashSet<>();
    int line = 1;
    int at = 0;
    if (text.startsWith("#!")) {
      at = lineEnd(text, 0) + 1;
      line++;
    }
    while (at < text.length()) {
      int end = lineEnd(text, at);
      Optional<Directive> directive = of(text.substring(at, end), line);
      if (directive.isEmpty() || !seen.add(directive.get().name())) {
        return Optional.empty();
      }
      if (directive.get().name().equals(name)) {
        return directive;
      }
      at = end + 1;
      line++;
    }
    return Optional.empty();
  }

  private static int lineEnd(String text, int from) {
    int end = text.indexOf('\n', from);
    return end < 0 ? text.length() : end;
  }

  private static int skipSpace(String text, int from) {
    int at = from;
    while (at < text.length() && GoText.isPatternSpace(text.charAt(at))) {
      at++;
    }
    return at;
  }

  private static boolean isNameCharacter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  }
}
