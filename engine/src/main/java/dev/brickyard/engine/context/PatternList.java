package dev.brickyard.engine.context;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Patterns that together say of a path whether they match it, as moby's patternmatcher does: the
 * last pattern that matches the path or a directory above it decides, and {@code !} takes a match
 * back.
 */
public final class PatternList {
  private final List<PathPattern> patterns;

  PatternList(List<PathPattern> patterns) {
    this.patterns = List.copyOf(patterns);
  }

  /**
   * Reads patterns as they are written in {@code --exclude} or as a source of {@code COPY
   * --parents}. Unlike in a {@code .dockerignore}, a leading slash is part of the pattern, which
   * then matches nothing: so it is in BuildKit.
   *
   * @param written blank ones mean nothing
   * @throws ContextException with code {@code dockerignore-invalid} for a malformed pattern
   */
  public static PatternList of(List<String> written) throws ContextException {
    List<PathPattern> patterns = new ArrayList<>();
    for (String text : written) {
      if (!text.isBlank()) {
        patterns.add(PathPattern.parse(clean(text.strip())));
      }
    }
    return new PatternList(patterns);
  }

  /**
   * What the patterns say of one path; asked for again for what is below it. Never compared: the
   * array is only carried.
   *
   * @param each whether each pattern matches the path or a directory above it
   * @param matched what they say together
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record Match(boolean[] each, boolean matched) {}

  /** The match of the root, which no pattern matches. */
  public Match root() {
    return new Match(new boolean[patterns.size()], false);
  }

  /**
   * The match of a path. A pattern that could not change anything at a directory does not count as
   * matching it, for what is below either: moby's own quirk.
   *
   * @param path relative, with slashes
   * @param above the match of the directory it stands in
   */
  public Match match(String path, Match above) {
    boolean[] each = new boolean[patterns.size()];
    boolean matched = false;
    for (int i = 0; i < each.length; i++) {
      PathPattern pattern = patterns.get(i);
      each[i] = above.each()[i] || (pattern.isException() == matched && pattern.matches(path));
      if (each[i]) {
        matched = !pattern.isException();
      }
    }
    return new Match(each, matched);
  }

  /** True when no pattern was written. */
  public boolean isEmpty() {
    return patterns.isEmpty();
  }

  /** True when a pattern takes matches back, so that below a match there may be none. */
  public boolean hasExceptions() {
    return patterns.stream().anyMatch(PathPattern::isException);
  }

  /** Go's {@code filepath.Clean}. */
  static String clean(String path) {
    boolean rooted = path.startsWith("/");
    Deque<String> names = new ArrayDeque<>();
    for (String name : path.split("/", -1)) {
      if (name.equals("..")) {
        if (!names.isEmpty() && !names.getLast().equals("..")) {
          names.removeLast();
        } else if (!rooted) {
          names.addLast(name);
        }
      } else if (!name.isEmpty() && !name.equals(".")) {
        names.addLast(name);
      }
    }
    String joined = String.join("/", names);
    return rooted ? "/" + joined : joined.isEmpty() ? "." : joined;
  }
}
