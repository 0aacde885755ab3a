package dev.brickyard.engine.dockerfile;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Variables, quotes and escapes in a word of an instruction, exactly as BuildKit treats them
 * (Dockerfile reference, "Environment replacement"): {@code $v}, {@code ${v}} with the modifiers
 * {@code - :- + :+ ? :? # ## % %% / //}, single quotes, double quotes, the escape character.
 *
 * <p>The environment is a function from a name to its value; it answers empty for a variable that
 * is not set, and is asked for each use, so it can note which variables matter.
 */
public final class WordExpansion {
  private WordExpansion() {}

  /**
   * The word with its variables replaced and its quotes and escapes removed; spaces stay.
   *
   * @param escape the escape character of the file
   * @throws ExpansionException when the word is malformed, a {@code ?} modifier strikes, or the
   *     result is beyond all reason
   */
  public static String expand(String word, Function<String, Optional<String>> env, char escape)
      throws ExpansionException {
    return WordLexer.of(env, escape).process(word).text();
  }

  /**
   * Like {@link #expand}, then split at unquoted spaces, those that came out of variables included.
   */
  public static List<String> expandToWords(
      String word, Function<String, Optional<String>> env, char escape) throws ExpansionException {
    return WordLexer.of(env, escape).process(word).words();
  }

  /**
   * The body of a here-document with its variables replaced; quotes mean nothing in it, and the
   * escape character is always the backslash.
   */
  public static String expandHeredoc(String body, Function<String, Optional<String>> env)
      throws ExpansionException {
    return WordLexer.of(env, '\\').ignoringQuotes().process(body).text();
  }
}
