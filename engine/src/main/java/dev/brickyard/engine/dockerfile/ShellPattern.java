package dev.brickyard.engine.dockerfile;

import java.util.Arrays;

/**
 * The wildcard pattern of {@code ${v#p}}, {@code ${v%p}} and {@code ${v/p/r}}: {@code *} is any
 * text, {@code ?} any character, neither across a line feed; no brackets. Matched by walking sets
 * of positions, never by backtracking, so that no pattern takes more than pattern times text steps
 * for one start. For one use only.
 */
final class ShellPattern {
  private static final int ANY = -1;
  private static final int STAR = -2;
  private static final int NONE = -1;

  /** A bound for one search, since replacing takes quadratic time. A fraction of a second. */
  private static final long MAX_STEPS = 100_000_000;

  private final int[] tokens;
  private long steps;

  private ShellPattern(int[] tokens) {
    this.tokens = tokens;
  }

  /** Reads a pattern; a backslash escapes {@code * ? \ / }}. */
  static ShellPattern parse(String pattern) throws ExpansionException {
    int[] input = pattern.codePoints().toArray();
    int[] tokens = new int[input.length];
    int count = 0;
    for (int i = 0; i < input.length; i++) {
      int c = input[i];
      int following = i + 1 < input.length ? input[i + 1] : NONE;
      if (c == '*') {
        tokens[count++] = STAR;
      } else if (c == '?') {
        tokens[count++] = ANY;
      } else if (c == '\\') {
        if ("}/*?\\".indexOf(following) < 0) {
          String what =
              following == NONE ? "at the end" : "'\\" + Character.toString(following) + "'";
          throw new ExpansionException(
              "invalid pattern (" + pattern + ") in substitution: invalid escape " + what);
        }
        tokens[count++] = following;
        i++;
      } else {
        tokens[count++] = c;
      }
    }
    return new ShellPattern(Arrays.copyOf(tokens, count));
  }

  String withoutPrefix(String text, boolean longest) throws ExpansionException {
    int[] input = text.codePoints().toArray();
    int end = match(input, 0, longest);
    return end == NONE ? text : new String(input, end, input.length - end);
  }

  String withoutSuffix(String text, boolean longest) throws ExpansionException {
    int[] reversed = reverse(text.codePoints().toArray());
    int end = new ShellPattern(reverse(tokens)).match(reversed, 0, longest);
    int[] kept = reverse(Arrays.copyOfRange(reversed, Math.max(end, 0), reversed.length));
    return new String(kept, 0, kept.length);
  }

  String replace(String text, String replacement, boolean all) throws ExpansionException {
    int[] input = text.codePoints().toArray();
    StringBuilder out = new StringBuilder();
    int copied = 0;
    int from = 0;
    while (from <= input.length) {
      int start = from;
      int end = NONE;
      while (start <= input.length && (end = match(input, start, true)) == NONE) {
        start++;
      }
      if (end == NONE) {
        break;
      }
      out.append(new String(input, copied, start - copied));
      // An empty match right after another match is not a new one.
      if (end > copied || start == 0) {
        out.append(
            all ? template(replacement, new String(input, start, end - start)) : replacement);
      }
      if (out.length() > WordLexer.MAX_RESULT_CHARS) {
        throw new ExpansionException(
            "the result is longer than " + WordLexer.MAX_RESULT_CHARS + " characters");
      }
      copied = end;
      from = Math.max(end, from + 1);
      if (!all) {
        break;
      }
    }
    return out.append(new String(input, copied, input.length - copied)).toString();
  }

  /**
   * A replacement of all matches is a template of Go's regular expressions: {@code $0} is the match
   * and any other {@code $name} nothing, as the pattern has no groups.
   */
  private static String template(String replacement, String match) {
    if (replacement.indexOf('$') < 0) {
      return replacement;
    }
    StringBuilder out = new StringBuilder();
    int at = 0;
    while (at < replacement.length()) {
      char c = replacement.charAt(at);
      if (c != '$') {
        out.append(c);
        at++;
      } else if (replacement.startsWith("$", at + 1)) {
        out.append('$');
        at += 2;
      } else {
        boolean braces = replacement.startsWith("{", at + 1);
        int start = at + (braces ? 2 : 1);
        int end = start;
        while (end < replacement.length() && isNamePart(replacement.charAt(end))) {
          end++;
        }
        if (end == start || (braces && !replacement.startsWith("}", end))) {
          out.append('$');
          at++;
        } else {
          out.append(replacement.substring(start, end).equals("0") ? match : "");
          at = end + (braces ? 1 : 0);
        }
      }
    }
    return out.toString();
  }

  private static boolean isNamePart(char c) {
    return c == '_' || Character.isLetterOrDigit(c);
  }

  /** Where the shortest or longest match that begins at {@code start} ends, or NONE. */
  private int match(int[] input, int start, boolean longest) throws ExpansionException {
    boolean[] current = new boolean[tokens.length + 1];
    boolean[] following = new boolean[tokens.length + 1];
    enter(current, 0);
    int found = NONE;
    for (int i = start; ; i++) {
      if (current[tokens.length]) {
        found = i;
        if (!longest) {
          return found;
        }
      }
      steps += tokens.length + 1;
      if (steps > MAX_STEPS) {
        throw new ExpansionException("a pattern takes too long to match");
      }
      if (i == input.length || !step(input[i], current, following)) {
        return found;
      }
      boolean[] swap = current;
      current = following;
      following = swap;
    }
  }

  private boolean step(int c, boolean[] current, boolean[] following) {
    Arrays.fill(following, false);
    boolean alive = false;
    for (int state = 0; state < tokens.length; state++) {
      if (!current[state]) {
        continue;
      }
      int token = tokens[state];
      if (token == STAR && c != '\n') {
        enter(following, state);
        alive = true;
      } else if (token == c || (token == ANY && c != '\n')) {
        enter(following, state + 1);
        alive = true;
      }
    }
    return alive;
  }

  private void enter(boolean[] states, int state) {
    states[state] = true;
    for (int s = state; s < tokens.length && tokens[s] == STAR; s++) {
      states[s + 1] = true;
    }
  }

  private static int[] reverse(int[] input) {
    int[] out = new int[input.length];
    for (int i = 0; i < input.length; i++) {
      out[input.length - 1 - i] = input[i];
    }
    return out;
  }
}
