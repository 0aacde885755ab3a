package dev.brickyard.engine.dockerfile;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The automaton behind {@link WordExpansion}. Follows the behaviour of BuildKit's shell lexer, odd
 * corners included, with bounds on nesting and size, since a Dockerfile is untrusted.
 *
 * @param rawQuotes keep quotes in the result
 * @param rawEscapes keep escape characters in the result
 * @param skipQuotes treat quotes as ordinary characters
 * @param skipUnset leave variables that are not set as they are written
 */
record WordLexer(
    Function<String, Optional<String>> env,
    char escape,
    boolean rawQuotes,
    boolean rawEscapes,
    boolean skipQuotes,
    boolean skipUnset) {
  /** No environment of a process can be larger, and doubling variables must end somewhere. */
  static final int MAX_RESULT_CHARS = 4 << 20;

  private static final int MAX_DEPTH = 200;
  private static final int END = -1;

  static WordLexer of(Function<String, Optional<String>> env, char escape) {
    return new WordLexer(env, escape, false, false, false, false);
  }

  /** Splits into words only: variables stay as written, quotes and escapes too when raw. */
  static WordLexer splitting(boolean raw, boolean rawEscapes) {
    return new WordLexer(name -> Optional.empty(), '\\', raw, rawEscapes, false, true);
  }

  WordLexer ignoringQuotes() {
    return new WordLexer(env, escape, rawQuotes, rawEscapes, true, skipUnset);
  }

  /** One text, and the same split into words. */
  record Result(String text, List<String> words) {}

  Result process(String word) throws ExpansionException {
    try {
      return new Run(word.codePoints().toArray()).stopOn(END, rawEscapes, 0);
    } catch (ExpansionException e) {
      throw new ExpansionException("failed to process " + GoText.quote(word) + ": " + e.sentence());
    }
  }

  private static final class Words {
    private final List<String> words = new ArrayList<>();
    private final StringBuilder word = new StringBuilder();
    private boolean inWord;

    void add(int c) {
      if (!GoText.isSpace(c)) {
        addRaw(c);
      } else if (inWord && !word.isEmpty()) {
        words.add(word.toString());
        word.setLength(0);
        inWord = false;
      }
    }

    void addRaw(int c) {
      word.appendCodePoint(c);
      inWord = true;
    }

    void add(String text) {
      text.codePoints().forEach(this::add);
    }

    void addRaw(String text) {
      word.append(text);
      inWord = true;
    }

    List<String> finish() {
      if (!word.isEmpty()) {
        words.add(word.toString());
      }
      return words;
    }
  }

  /** One pass over one word. */
  private final class Run {
    private final int[] input;
    private int at;
    private boolean keepEscapes;

    Run(int[] input) {
      this.input = input;
      this.keepEscapes = rawEscapes;
    }

    private int peek() {
      return at < input.length ? input[at] : END;
    }

    private int next() {
      return at < input.length ? input[at++] : END;
    }

    Result stopOn(int stop, boolean rawEscapesHere, int depth) throws ExpansionException {
      if (depth > MAX_DEPTH) {
        throw new ExpansionException("substitutions are nested too deeply");
      }
      boolean before = keepEscapes;
      keepEscapes = rawEscapesHere;
      try {
        return untilStop(stop, depth);
      } finally {
        keepEscapes = before;
      }
    }

    private Result untilStop(int stop, int depth) throws ExpansionException {
      StringBuilder result = new StringBuilder();
      Words words = new Words();
      while (peek() != END) {
        int c = peek();
        if (c == stop) {
          next();
          return new Result(result.toString(), words.finish());
        }
        if (c == '$') {
          String value = dollar(depth);
          append(result, value);
          words.add(value);
        } else if (!skipQuotes && (c == '\'' || c == '"')) {
          String value = c == '"' ? doubleQuote(depth) : singleQuote();
          append(result, value);
          words.addRaw(value);
        } else {
          next();
          if (c == escape) {
            if (keepEscapes) {
              words.addRaw(c);
              result.appendCodePoint(c);
            }
            c = next();
            if (c == END) {
              break;
            }
            words.addRaw(c);
          } else {
            words.add(c);
          }
          result.appendCodePoint(c);
        }
      }
      if (stop != END) {
        throw new ExpansionException(
            "unexpected end of statement while looking for matching " + Character.toString(stop));
      }
      return new Result(result.toString(), words.finish());
    }

    private String singleQuote() throws ExpansionException {
      StringBuilder result = new StringBuilder();
      int quote = next();
      if (rawQuotes) {
        result.appendCodePoint(quote);
      }
      while (true) {
        int c = next();
        if (c == END) {
          throw new ExpansionException(
              "unexpected end of statement while looking for matching single-quote");
        }
        if (c == '\'') {
          if (rawQuotes) {
            result.appendCodePoint(c);
          }
          return result.toString();
        }
        result.appendCodePoint(c);
      }
    }

    private String doubleQuote(int depth) throws ExpansionException {
      StringBuilder result = new StringBuilder();
      int quote = next();
      if (rawQuotes) {
        result.appendCodePoint(quote);
      }
      while (true) {
        int c = peek();
        if (c == END) {
          throw new ExpansionException(
              "unexpected end of statement while looking for matching double-quote");
        } else if (c == '$') {
          append(result, dollar(depth));
        } else if (c == '"') {
          next();
          if (rawQuotes) {
            result.appendCodePoint(c);
          }
          return result.toString();
        } else {
          next();
          if (c == escape) {
            if (keepEscapes) {
              result.appendCodePoint(c);
            }
            int escaped = peek();
            if (escaped == END) {
              continue;
            }
            // Before any other character the escape stands for itself.
            if (escaped == '"' || escaped == '$' || escaped == escape) {
              c = next();
            }
          }
          result.appendCodePoint(c);
        }
      }
    }

    private String dollar(int depth) throws ExpansionException {
      next();
      if (peek() != '{') {
        String name = name();
        if (name.isEmpty()) {
          return "$";
        }
        Optional<String> value = env.apply(name);
        return value.isEmpty() && skipUnset ? "$" + name : value.orElse("");
      }
      next();
      switch (peek()) {
        case END -> throw missingBrace();
        case '{', '}', ':' -> throw new ExpansionException("syntax error: bad substitution");
        default -> {}
      }
      String name = name();
      int c = next();
      return switch (c) {
        case '}' -> {
          Optional<String> value = env.apply(name);
          yield value.isEmpty() && skipUnset ? "${" + name + "}" : value.orElse("");
        }
        case ':' -> modified(name, next(), true, depth);
        case '+', '-', '?', '#', '%' -> modified(name, c, false, depth);
        case '/' -> replaced(name, depth);
        case END -> throw missingBrace();
        default ->
            throw new ExpansionException(
                "unsupported modifier (" + Character.toString(c) + ") in substitution");
      };
    }

    private String modified(String name, int modifier, boolean emptyIsUnset, int depth)
        throws ExpansionException {
      boolean trims = modifier == '#' || modifier == '%';
      String word = inner('}', trims, depth, "missing '}'");
      Optional<String> value = env.apply(name);
      String shown =
          (emptyIsUnset ? ":" : "") + (modifier == END ? "" : Character.toString(modifier));
      if (skipUnset && value.isEmpty()) {
        return "${" + name + shown + word + "}";
      }
      boolean counts = value.isPresent() && !(emptyIsUnset && value.get().isEmpty());
      return switch (modifier) {
        case '-' -> counts ? value.orElse("") : word;
        case '+' -> counts ? word : "";
        case '?' -> {
          if (!counts) {
            String reason =
                value.isEmpty() ? "is not allowed to be unset" : "is not allowed to be empty";
            throw new ExpansionException(name + ": " + (word.isEmpty() ? reason : word));
          }
          yield value.orElse("");
        }
        case '#', '%' -> {
          boolean longest = !word.isEmpty() && word.charAt(0) == modifier;
          ShellPattern pattern = ShellPattern.parse(longest ? word.substring(1) : word);
          yield modifier == '#'
              ? pattern.withoutPrefix(value.orElse(""), longest)
              : pattern.withoutSuffix(value.orElse(""), longest);
        }
        default ->
            throw new ExpansionException("unsupported modifier (" + shown + ") in substitution");
      };
    }

    private String replaced(String name, int depth) throws ExpansionException {
      boolean all = peek() == '/';
      if (all) {
        next();
      }
      String pattern = inner('/', true, depth, "missing '/' in ${}");
      String replacement = inner('}', true, depth, "missing '}'");
      Optional<String> value = env.apply(name);
      if (skipUnset && value.isEmpty()) {
        return "${" + name + "/" + pattern + "/" + replacement + "}";
      }
      return ShellPattern.parse(pattern).replace(value.orElse(""), replacement, all);
    }

    private String inner(int stop, boolean raw, int depth, String whenMissing)
        throws ExpansionException {
      try {
        return stopOn(stop, raw, depth + 1).text();
      } catch (ExpansionException e) {
        if (peek() == END) {
          throw new ExpansionException("syntax error: " + whenMissing);
        }
        throw e;
      }
    }

    private String name() {
      StringBuilder name = new StringBuilder();
      while (peek() != END) {
        int c = peek();
        if (name.isEmpty() && Character.isDigit(c)) {
          while (Character.isDigit(peek())) {
            name.appendCodePoint(next());
          }
          return name.toString();
        }
        if (name.isEmpty() && "@*#?-$!".indexOf(c) >= 0) {
          return Character.toString(next());
        }
        if (!Character.isLetter(c) && !Character.isDigit(c) && c != '_') {
          break;
        }
        name.appendCodePoint(next());
      }
      return name.toString();
    }

    private void append(StringBuilder result, String value) throws ExpansionException {
      if (result.length() + value.length() > MAX_RESULT_CHARS) {
        throw new ExpansionException(
            "the result is longer than " + MAX_RESULT_CHARS + " characters");
      }
      result.append(value);
    }

    private static ExpansionException missingBrace() {
      return new ExpansionException("syntax error: missing '}'");
    }
  }
}
