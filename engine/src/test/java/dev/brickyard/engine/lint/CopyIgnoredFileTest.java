package dev.brickyard.engine.lint;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CopyIgnoredFileTest {
  @Test
  void whatTheIgnoreFileLeavesOutCannotBeCopied() {
    assertThat(
            Checked.of("FROM scratch\nCOPY Dockerfile .\nADD ./Dockerfile /windy\n")
                .ignoring("\nDockerfile\n")
                .warnings())
        .containsExactly(
            "2 CopyIgnoredFile: Attempting to Copy file \"Dockerfile\" that is excluded by"
                + " .dockerignore",
            "3 CopyIgnoredFile: Attempting to Add file \"Dockerfile\" that is excluded by"
                + " .dockerignore");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          a        | a/b/c   | true
          a        | ab      | false
          **/*.log | x/y.log | true
          *        | .       | true
          a        | .       | false
          a        | /       | false
          *.txt    | *.txt   | true
          a        | ../a    | false
          """)
  void sourcesAreComparedWithThePatterns(String pattern, String source, boolean reported) {
    assertThat(Checked.of("FROM scratch\nCOPY " + source + " /x/\n").ignoring(pattern).warnings())
        .hasSize(reported ? 1 : 0);
  }

  @Test
  void nothingIsSaidWhereItIsNotCertain() {
    String file = "FROM scratch AS base\nCOPY a /a\n\nFROM base\nCOPY --from=base /a /b\n";
    assertThat(Checked.of(file).ignoring("*\n!a\n").warnings()).as("an exception").isEmpty();
    assertThat(Checked.of(file).ignoring("b\n").warnings()).as("another file").isEmpty();
    assertThat(Checked.of(file).ignoring("").warnings()).as("no pattern").isEmpty();
    assertThat(Checked.of(file).warnings()).as("no file").isEmpty();
    assertThat(
            Checked.of("FROM scratch AS s\nFROM s\nCOPY --from=s a /\nADD https://x.test/a /\n")
                .ignoring("a\n**/a\n")
                .warnings())
        .as("another source")
        .isEmpty();
  }
}
