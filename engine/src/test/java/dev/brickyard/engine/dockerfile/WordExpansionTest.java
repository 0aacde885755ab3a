package dev.brickyard.engine.dockerfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tables of what BuildKit's shell lexer makes of words. */
class WordExpansionTest {
  private static final Map<String, String> ENV =
      Map.of(
          "PWD", "/home",
          "SHELL", "bash",
          "KOREAN", "한국어",
          "NULL", "",
          "FOO", "xxyy",
          "DOTS", "a.b.c.tar.gz",
          "STARS", "a***yy*",
          "URL", "http://google.de",
          "SLASHES", "/a/foo/b/c.txt",
          "SPACED", "one  two");

  private static Function<String, Optional<String>> env(Map<String, String> values) {
    return name -> Optional.ofNullable(values.get(name));
  }

  private static String expand(String word) throws ExpansionException {
    return WordExpansion.expand(word, env(ENV), '\\');
  }

  @ParameterizedTest(name = "{0} -> {1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      ignoreLeadingAndTrailingWhitespace = true,
      textBlock =
          """
          hello                    | hello
          he'll'o                  | hello
          he\\'llo                 | he'llo
          he\\\\'llo'              | he\\llo
          abc\\tdef                | abctdef
          "abc\\tdef"              | abc\\tdef
          "abc\\\\tdef"            | abc\\tdef
          'abc\\tdef'              | abc\\tdef
          hello\\                  | hello
          "hello\\"world"          | hello"world
          'hel"lo'                 | hel"lo
          "hel'lo"                 | hel'lo
          "\\$PWD"                 | $PWD
          '$PWD'                   | $PWD
          \\$PWD                   | $PWD
          "\\\\$PWD"               | \\/home
          $                        | $
          $$PWD                    | PWD
          he$PWD.                  | he/home.
          he$PWDxx                 | he
          he${PWD}xx               | he/homexx
          "he$PWD"                 | he/home
          he'$PWD'                 | he$PWD
          $1x                      | x
          $12x                     | x
          ${1}x                    | x
          $KOREAN                  | 한국어
          안녕$KOREAN              | 안녕한국어
          안녕\\$x                 | 안녕$x
          ${NOPE:-word}            | word
          ${NOPE:-}x               | x
          ${NOPE-word}             | word
          ${NULL:-word}            | word
          ${NULL-word}x            | x
          ${PWD:-word}             | /home
          ${NOPE:-${NOPE2:-deep}}  | deep
          ${NOPE:-$PWD}            | /home
          ${NOPE:-"a b"}           | a b
          ${NOPE:-a\\}b}           | a}b
          ${PWD:+word}             | word
          ${PWD+word}              | word
          ${NOPE:+word}x           | x
          ${NULL:+word}x           | x
          ${NULL+word}             | word
          ${PWD:?word}             | /home
          ${PWD?word}              | /home
          ${NULL?word}x            | x
          ${FOO#x}                 | xyy
          ${FOO#*x}                | xyy
          ${FOO##*x}               | yy
          ${FOO#}                  | xxyy
          ${FOO#*}                 | xxyy
          ${FOO##*}x               | x
          ${FOO#*x*y}              | y
          ${FOO##?}                | xyy
          ${FOO%y}                 | xxy
          ${FOO%%y*}               | xx
          ${FOO%}                  | xxyy
          ${FOO%x}                 | xxyy
          ${DOTS%.*}               | a.b.c.tar
          ${DOTS%%.*}              | a
          ${DOTS#*.}               | b.c.tar.gz
          ${DOTS##*.}              | gz
          ${STARS%%\\**}           | a
          ${STARS%%\\**\\*}        | a
          ${STARS#?\\*}            | **yy*
          ${FOO/x/z}               | zxyy
          ${FOO//x/z}              | zzyy
          ${FOO//x/}               | yy
          ${FOO/q/z}               | xxyy
          ${FOO/$NULL/ww}          | wwxxyy
          ${FOO//$NULL/-}          | -x-x-y-y-
          ${FOO///}                | xxyy
          ${FOO//x/\\$0}           | \\x\\xyy
          ${FOO/x/\\$0}            | \\$0xyy
          ${FOO//y/\\$name-}       | xx\\-\\-
          ${FOO//?/ab}             | abababab
          ${URL/http:\\/\\//https:\\/\\/} | https:\\/\\/google.de
          ${SLASHES/\\/?\\//-}     | -foo/b/c.txt
          ${SLASHES//\\/?\\//-}    | -foo-c.txt
          ${NOPE/x/y}z             | z
          v${MISSING:+-${PWD}}.gz  | v.gz
          a${PWD:+-${PWD}}.gz      | a-/home.gz
          """)
  void expands(String word, String expected) throws Exception {
    assertThat(expand(word)).isEqualTo(expected);
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          'hello           | looking for matching single-quote
          "hello           | looking for matching double-quote
          "hello\\"        | looking for matching double-quote
          ${               | missing '}'
          ${PWD            | missing '}'
          ${PWD:           | missing '}'
          ${PWD:-          | missing '}'
          ${PWD:-x         | missing '}'
          ${}              | bad substitution
          ${:}             | bad substitution
          ${{x}}           | bad substitution
          ${PWD=x}         | unsupported modifier (=) in substitution
          ${PWD:=x}        | unsupported modifier (:=) in substitution
          ${PWD:x}         | unsupported modifier (:x) in substitution
          ${PWD^}          | unsupported modifier (^) in substitution
          ${PWD x}         | unsupported modifier ( ) in substitution
          ${NOPE:?}        | NOPE: is not allowed to be unset
          ${NULL:?}        | NULL: is not allowed to be empty
          ${NOPE?}         | NOPE: is not allowed to be unset
          ${NOPE:?say $PWD}| NOPE: say /home
          ${FOO//ww}       | missing '/' in ${}
          ${FOO//}         | missing '/' in ${}
          ${FOO/a/b        | missing '}'
          ${FOO#\\x}       | invalid escape
          """)
  void refuses(String word, String message) {
    assertThatThrownBy(() -> expand(word))
        .isInstanceOf(ExpansionException.class)
        .hasMessageContaining(message)
        .hasMessageStartingWith("failed to process ");
  }

  @ParameterizedTest(name = "{0} -> {1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          hello                | hello
          a b                  | a,b
          a\\ b                | a b
          'a b' c              | a b,c
          "a b" c              | a b,c
          a"b c"d              | ab cd
          $SPACED              | one,two
          "$SPACED"            | one  two
          x$SPACED.y           | xone,two.y
          $NOPE                |
          "" x                 | x
          \\"a b\\"            | "a,b"
          ${NOPE:-a b}         | a,b
          a$PWD:b              | a/home:b
          """)
  void splitsIntoWordsAfterExpansion(String word, String expected) throws Exception {
    List<String> words = WordExpansion.expandToWords(word, env(ENV), '\\');

    assertThat(String.join(",", words)).isEqualTo(expected == null ? "" : expected);
  }

  @Test
  void theBacktickCanBeTheEscapeCharacter() throws Exception {
    assertThat(WordExpansion.expand("C:\\dir`$PWD", env(ENV), '`')).isEqualTo("C:\\dir$PWD");
  }

  @Test
  void heredocsKeepTheirQuotes() throws Exception {
    assertThat(WordExpansion.expandHeredoc("it's \"$SHELL\" \\$SHELL ${NOPE:-'x'}\n", env(ENV)))
        .isEqualTo("it's \"bash\" $SHELL 'x'\n");
  }

  @Test
  void theEnvironmentIsAskedForEachVariableThatMatters() throws Exception {
    Map<String, Integer> asked = new HashMap<>();
    WordExpansion.expand(
        "$A ${B:-$C} '$D' \\$E ${F+x}",
        name -> {
          asked.merge(name, 1, Integer::sum);
          return Optional.empty();
        },
        '\\');

    assertThat(asked).containsOnlyKeys("A", "B", "C", "F");
  }

  @Test
  void nestingIsBounded() {
    assertThatThrownBy(() -> expand("${NOPE:-".repeat(100_000)))
        .isInstanceOf(ExpansionException.class);
  }

  @Test
  void growthIsBounded() {
    Map<String, String> doubling = Map.of("A", "x".repeat(1 << 20));

    assertThatThrownBy(() -> WordExpansion.expand("$A$A$A$A$A$A$A$A", env(doubling), '\\'))
        .isInstanceOf(ExpansionException.class)
        .hasMessageContaining("longer than");
    assertThatThrownBy(
            () -> WordExpansion.expand("${A//?/" + "y".repeat(99) + "}", env(doubling), '\\'))
        .isInstanceOf(ExpansionException.class);
  }

  @Test
  void noPatternIsSlow() {
    Map<String, String> values = Map.of("A", "a".repeat(30_000));

    Assertions.assertTimeoutPreemptively(
        Duration.ofSeconds(10),
        () -> {
          String pattern = "*a".repeat(50) + "b";
          assertThat(WordExpansion.expand("${A##" + pattern + "}", env(values), '\\'))
              .hasSize(30_000);
          assertThatThrownBy(
                  () -> WordExpansion.expand("${A//" + pattern + "/x}", env(values), '\\'))
              .hasMessageContaining("too long");
        });
  }

  /** Random words of the characters that mean something: a result or an ExpansionException. */
  @Test
  void randomWordsNeverSurprise() {
    String alphabet = "${}:-+?#%/*\\'\"aA1 한\uD83D\uDE80\n`";
    Random random = new Random(42);
    int expanded = 0;
    for (int round = 0; round < 30_000; round++) {
      StringBuilder word = new StringBuilder();
      for (int i = random.nextInt(24); i >= 0; i--) {
        word.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      try {
        WordExpansion.expandToWords(word.toString(), env(Map.of("A", "a*b", "a", "")), '\\');
        expanded++;
      } catch (ExpansionException e) {
        assertThat(e.sentence()).isNotBlank();
      }
    }
    assertThat(expanded).isBetween(3_000, 29_000);
  }
}
