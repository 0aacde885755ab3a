package dev.brickyard.engine.copy;

import dev.brickyard.engine.BuildFailure;
import java.util.Arrays;
import java.util.List;

/**
 * A path pattern as Go's {@code filepath.Match} understands it: {@code *} and {@code ?} stay within
 * a name, {@code [a-z]} and {@code [^a-z]} are classes, a backslash takes the next sign literally.
 */
final class Glob {
  private final List<String> names;
  private final String text;

  private Glob(String text, List<String> names) {
    this.text = text;
    this.names = names;
  }

  /**
   * Reads a pattern of names separated by {@code /}.
   *
   * @throws BuildFailure code {@code bad-pattern} when a class or escape is not ended
   */
  static Glob parse(String pattern) throws BuildFailure {
    Glob glob = new Glob(pattern, Arrays.asList(pattern.split("/", -1)));
    for (String name : glob.names) {
      glob.match(name, 0, "", 0, true);
    }
    return glob;
  }

  /** True when the text has signs that make it a pattern rather than a name. */
  static boolean isPattern(String text) {
    for (int i = 0; i < text.length(); i++) {
      switch (text.charAt(i)) {
        case '*', '?', '[' -> {
          return true;
        }
        case '\\' -> i++;
        default -> {}
      }
    }
    return false;
  }

  /** How many names a matching path has. */
  int depth() {
    return names.size();
  }

  /** True when the names match one by one. */
  boolean matches(List<String> path) throws BuildFailure {
    if (path.size() != names.size()) {
      return false;
    }
    for (int i = 0; i < names.size(); i++) {
      if (!match(names.get(i), 0, path.get(i), 0, false)) {
        return false;
      }
    }
    return true;
  }

  /**
   * @param check walk the whole pattern to find mistakes, whatever the name is
   */
  private boolean match(String pattern, int p, String name, int n, boolean check)
      throws BuildFailure {
    boolean matched = true;
    while (p < pattern.length()) {
      char c = pattern.charAt(p);
      switch (c) {
        case '*' -> {
          if (check) {
            p++;
            continue;
          }
          for (int end = name.length(); end >= n; end--) {
            if (match(pattern, p + 1, name, end, false)) {
              return true;
            }
          }
          return false;
        }
        case '?' -> {
          matched = n < name.length();
          n++;
          p++;
        }
        case '[' -> {
          int end = classEnd(pattern, p);
          matched = n < name.length() && inClass(pattern.substring(p + 1, end), name.charAt(n));
          n++;
          p = end + 1;
        }
        default -> {
          if (c == '\\') {
            p++;
            if (p >= pattern.length()) {
              throw bad();
            }
            c = pattern.charAt(p);
          }
          matched = n < name.length() && name.charAt(n) == c;
          n++;
          p++;
        }
      }
      if (!matched && !check) {
        return false;
      }
    }
    return n == name.length();
  }

  private int classEnd(String pattern, int start) throws BuildFailure {
    int p = start + 1;
    if (p < pattern.length() && pattern.charAt(p) == '^') {
      p++;
    }
    int first = p;
    for (; p < pattern.length(); p++) {
      char c = pattern.charAt(p);
      if (c == '\\') {
        p++;
      } else if (c == ']' && p > first) {
        return p;
      }
    }
    throw bad();
  }

  private static boolean inClass(String body, char c) {
    boolean negated = body.startsWith("^");
    boolean found = false;
    for (int i = negated ? 1 : 0; i < body.length(); i++) {
      if (body.charAt(i) == '\\' && i + 1 < body.length()) {
        i++;
      }
      char low = body.charAt(i);
      char high = low;
      if (i + 2 < body.length() && body.charAt(i + 1) == '-') {
        i += 2;
        if (body.charAt(i) == '\\' && i + 1 < body.length()) {
          i++;
        }
        high = body.charAt(i);
      }
      found |= low <= c && c <= high;
    }
    return found != negated;
  }

  private BuildFailure bad() {
    return BuildFailure.user("bad-pattern", "\"" + text + "\" is no pattern: syntax error in it");
  }
}
