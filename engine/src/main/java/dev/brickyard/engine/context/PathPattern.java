package dev.brickyard.engine.context;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A pattern for paths: a line of a {@code .dockerignore}, matched as moby's patternmatcher does, or
 * a wildcard of COPY, matched as Go's {@code filepath.Match} does. Both walk sets of positions: no
 * pattern makes them slow.
 */
public final class PathPattern {
  /** What the pattern holds at one position. */
  private sealed interface Token {}

  private record Literal(int c) implements Token {}

  /** {@code ?}: any character but a slash. */
  private record One() implements Token {}

  /** {@code *}: any characters but slashes. */
  private record Star() implements Token {}

  /** {@code **} at the end, and before a literal at the start: anything. */
  private record Anything() implements Token {}

  /** {@code **} elsewhere: nothing, or anything that ends in a slash. */
  private record Directories() implements Token {}

  /** {@code [...]}; matches a slash too when it says so. */
  private record OneOf(boolean negated, List<int[]> ranges) implements Token {
    boolean matches(int c) {
      boolean within = ranges.stream().anyMatch(range -> c >= range[0] && c <= range[1]);
      return within != negated;
    }
  }

  private final String text;
  private final boolean exception;
  private final List<Token> tokens;

  /** What every match starts and ends with: most paths are told apart by these alone. */
  private final String prefix;

  private final String suffix;
  private final boolean literal;

  private PathPattern(String text, boolean exception, List<Token> tokens) {
    this.text = text;
    this.exception = exception;
    this.tokens = tokens;
    this.prefix = literals(tokens);
    this.suffix = new StringBuilder(literals(tokens.reversed())).reverse().toString();
    this.literal = tokens.stream().allMatch(Literal.class::isInstance);
  }

  private static String literals(List<Token> tokens) {
    StringBuilder text = new StringBuilder();
    for (Token token : tokens) {
      if (!(token instanceof Literal literal)) {
        break;
      }
      text.appendCodePoint(literal.c());
    }
    return text.toString();
  }

  /** Reads a line that was trimmed and is not empty; a leading {@code !} makes an exception. */
  static PathPattern parse(String line) throws ContextException {
    boolean exception = line.startsWith("!");
    String pattern = exception ? line.substring(1) : line;
    if (pattern.isEmpty()) {
      throw invalid("illegal exclusion pattern: \"!\"");
    }
    return new PathPattern(pattern, exception, new Reader(pattern, true).tokens());
  }

  /**
   * Reads a wildcard as Go's {@code filepath.Match} understands it: {@code *} and {@code ?} stay
   * within a name, also when two stars follow each other; a class may match a slash.
   *
   * @throws ContextException when a class or an escape is not ended
   */
  public static PathPattern glob(String pattern) throws ContextException {
    return new PathPattern(pattern, false, new Reader(pattern, false).tokens());
  }

  /** True when the text has signs that make it a pattern rather than a name. */
  public static boolean isGlob(String text) {
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

  /** True for a pattern that brings paths back. */
  public boolean isException() {
    return exception;
  }

  private static ContextException invalid(String sentence) {
    return new ContextException("dockerignore-invalid", sentence);
  }

  /** Reads the tokens; knows the syntax of Go's {@code filepath.Match}. */
  private static final class Reader {
    private final String pattern;
    private final boolean doubleStars;
    private final int[] input;
    private int at;

    Reader(String pattern, boolean doubleStars) {
      this.pattern = pattern;
      this.doubleStars = doubleStars;
      this.input = pattern.codePoints().toArray();
    }

    List<Token> tokens() throws ContextException {
      List<Token> tokens = new ArrayList<>();
      while (at < input.length) {
        int c = input[at++];
        switch (c) {
          case '*' -> tokens.add(star());
          case '?' -> tokens.add(new One());
          case '[' -> tokens.add(oneOf());
          case '\\' -> tokens.add(new Literal(escaped()));
          default -> tokens.add(new Literal(c));
        }
      }
      return tokens;
    }

    private Token star() {
      if (!doubleStars || at == input.length || input[at] != '*') {
        return new Star();
      }
      boolean atStart = at == 1;
      at++;
      boolean slash = at < input.length && input[at] == '/';
      if (slash) {
        at++;
      }
      // "**name" matches the ends of names, unless there are more wildcards: moby's own quirk.
      return at == input.length || (atStart && !slash && restIsLiteral())
          ? new Anything()
          : new Directories();
    }

    private boolean restIsLiteral() {
      for (int i = at; i < input.length; i++) {
        if ("*?[]\\".indexOf(input[i]) >= 0) {
          return false;
        }
      }
      return true;
    }

    private Token oneOf() throws ContextException {
      boolean negated = at < input.length && input[at] == '^';
      if (negated) {
        at++;
      }
      List<int[]> ranges = new ArrayList<>();
      while (true) {
        if (at < input.length && input[at] == ']' && !ranges.isEmpty()) {
          at++;
          return new OneOf(negated, ranges);
        }
        int low = member();
        int high = low;
        if (at < input.length && input[at] == '-') {
          at++;
          high = member();
        }
        if (at == input.length) {
          throw bad();
        }
        ranges.add(new int[] {low, high});
      }
    }

    private int member() throws ContextException {
      if (at == input.length || input[at] == '-' || input[at] == ']') {
        throw bad();
      }
      int c = input[at++];
      return c == '\\' ? escaped() : c;
    }

    private int escaped() throws ContextException {
      if (at == input.length) {
        throw bad();
      }
      return input[at++];
    }

    private ContextException bad() {
      return invalid("syntax error in pattern " + ContextException.show(pattern));
    }
  }

  /** True when the pattern matches the whole path. */
  public boolean matches(String path) {
    if (literal) {
      return path.equals(prefix);
    }
    return path.startsWith(prefix) && path.endsWith(suffix) && walk(path);
  }

  private boolean walk(String path) {
    // States are positions in the pattern; odd ones stand inside a Directories token.
    boolean[] current = new boolean[2 * tokens.size() + 1];
    boolean[] following = new boolean[current.length];
    enter(current, 0);
    for (int i = 0; i < path.length(); ) {
      int c = path.codePointAt(i);
      i += Character.charCount(c);
      Arrays.fill(following, false);
      boolean alive = false;
      for (int state = 0; state < 2 * tokens.size(); state++) {
        if (current[state]) {
          alive |= step(state, c, following);
        }
      }
      if (!alive) {
        return false;
      }
      boolean[] swap = current;
      current = following;
      following = swap;
    }
    return current[2 * tokens.size()];
  }

  private boolean step(int state, int c, boolean[] following) {
    int next = state - state % 2 + 2;
    return switch (tokens.get(state / 2)) {
      case Literal literal -> literal.c() == c && enter(following, next);
      case One one -> c != '/' && enter(following, next);
      case Star star -> c != '/' && enter(following, state);
      case Anything anything -> enter(following, state);
      case OneOf oneOf -> oneOf.matches(c) && enter(following, next);
      case Directories directories -> {
        following[state - state % 2 + 1] = true;
        yield c != '/' || enter(following, next);
      }
    };
  }

  /** Marks a state and those reached from it without a character. Always true. */
  private boolean enter(boolean[] states, int state) {
    int at = state;
    while (true) {
      states[at] = true;
      boolean optional =
          at < 2 * tokens.size()
              && switch (tokens.get(at / 2)) {
                case Star star -> true;
                case Anything anything -> true;
                case Directories directories -> true;
                case Literal literal -> false;
                case One one -> false;
                case OneOf oneOf -> false;
              };
      if (!optional) {
        return true;
      }
      at += 2;
    }
  }

  @Override
  public String toString() {
    return exception ? "!" + text : text;
  }
}
