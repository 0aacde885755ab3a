package dev.brickyard.engine.lint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the directive, the build argument and comments let count. */
class LintOptionsTest {
  private static final String AS = "FROM scratch as base\n";
  private static final String BOTH = AS + "copy Dockerfile .\n";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          skip=all                                             | 0
          skip=all;error=true                                  | 0
          skip=ConsistentInstructionCasing,FromAsCasing        | 0
          skip=ConsistentInstructionCasing, | 1
          skip=ConsistentInstructionCasing;error=false         | 1
          skip=FromAsCasing                                    | 1
          skip=fromascasing                                    | 2
          experimental=all                                     | 2
          error=false                                          | 2
          """)
  void directive(String value, int warnings) {
    assertThat(Checked.of("# check=" + value + "\n" + BOTH).warnings()).hasSize(warnings);
    assertThat(Checked.of("#check = " + value + "\n" + BOTH).warnings()).hasSize(warnings);
  }

  @Test
  void errorMakesWarningsFail() throws Exception {
    LintReport report =
        Checked.of("#check=skip=ConsistentInstructionCasing;error=true\n" + BOTH).report();
    assertThat(Checked.lines(report))
        .containsExactly("2 FromAsCasing: 'as' and 'FROM' keywords' casing do not match");
    LintException failure = report.failure().orElseThrow();
    assertThat(failure.code()).isEqualTo("lint-violation");
    assertThat(failure.sentence()).isEqualTo("lint violation found for rules: FromAsCasing");
  }

  @Test
  void everyBrokenRuleIsNamedOnce() throws Exception {
    assertThat(
            Checked.of("#check=error=true\n" + BOTH + AS)
                .report()
                .failure()
                .orElseThrow()
                .sentence())
        .isEqualTo(
            "lint violation found for rules: FromAsCasing, DuplicateStageName,"
                + " ConsistentInstructionCasing");
  }

  @Test
  void theBuildArgumentReplacesTheDirective() throws Exception {
    assertThat(
            Checked.of("#check=skip=all\n" + BOTH)
                .with("BUILDKIT_DOCKERFILE_CHECK", "skip=ConsistentInstructionCasing;error=true")
                .report()
                .failure()
                .orElseThrow()
                .sentence())
        .isEqualTo("lint violation found for rules: FromAsCasing");
    assertThat(
            Checked.of("#check=error=true\n" + BOTH)
                .with("BUILDKIT_DOCKERFILE_CHECK", "skip=all")
                .warnings())
        .isEmpty();
    assertThat(
            Checked.of("#check=nonsense\n" + AS).with("BUILDKIT_DOCKERFILE_CHECK", "").warnings())
        .hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          nonsense         | invalid check option "nonsense"
          skip=all;x=1     | invalid check option "x"
          skip=all; e=true | invalid check option ""
          error=maybe      | failed to parse check option "error=maybe": strconv.ParseBool: parsing "maybe": invalid syntax
          """)
  void whatCannotBeReadIsNamed(String value, String sentence) {
    assertThatExceptionOfType(LintException.class)
        .isThrownBy(() -> Checked.of("# escape=`\n# check=" + value + "\n" + AS).report())
        .satisfies(
            e -> {
              assertThat(e.code()).isEqualTo("bad-check-option");
              assertThat(e.sentence()).isEqualTo("failed to parse check options: " + sentence);
              assertThat(e.range().orElseThrow().startLine()).isEqualTo(2);
            });
  }

  @Test
  void whatCannotBeReadOfTheArgumentIsNamed() {
    assertThatExceptionOfType(LintException.class)
        .isThrownBy(() -> Checked.of(AS).with("BUILDKIT_DOCKERFILE_CHECK", "skip").report())
        .satisfies(
            e ->
                assertThat(e.sentence())
                    .isEqualTo(
                        "failed to parse build-arg:BUILDKIT_DOCKERFILE_CHECK: invalid check option"
                            + " \"skip\""));
  }

  @Test
  void skippingAllLeavesExperimentalRulesThatAreAskedFor() {
    assertThat(
            Checked.of("# check=skip=all;experimental=InvalidDefinitionDescription\n# no\n" + AS)
                .warnings())
        .containsExactly(
            "3 InvalidDefinitionDescription: Comment for FROM should follow the format: `# base"
                + " <description>`");
  }

  @Test
  void aCommentSpeaksForTheInstructionBelowIt() {
    assertThat(
            Checked.of("FROM scratch\n# why not\n# check=skip=JSONArgsRecommended\nCMD a\n")
                .warnings())
        .isEmpty();
    assertThat(
            Checked.of("FROM scratch\n# check=skip=all\nUSER x\nCMD a\n# check=nonsense\nUSER $y\n")
                .warnings())
        .extracting(line -> line.split(":", 2)[0])
        .containsExactly("4 JSONArgsRecommended", "6 UndefinedVar");
    assertThat(Checked.of("FROM scratch\n# check=skip=all\n#\nCMD a\n").warnings())
        .as("an empty comment separates")
        .hasSize(1);
  }

  @Test
  void ofVeryManyWarningsOnlyTheFirstAreKept() throws Exception {
    LintReport report = Checked.of("FROM scratch\n" + "EXPOSE 1:1\n".repeat(5000)).report();
    assertThat(report.warnings()).hasSize(200);
    assertThat(report.warnings().getLast().range().startLine()).isEqualTo(201);
  }

  @Test
  void aWarningTellsAllOnOneLine() throws Exception {
    LintWarning warning = Checked.of("\n" + AS).report().warnings().getFirst();
    assertThat(warning.sentence())
        .isEqualTo("FromAsCasing: 'as' and 'FROM' keywords' casing do not match (line 2)");
    assertThat(warning.excerpt()).contains(">>> FROM scratch as base");
    assertThat(warning.file()).isEqualTo("Dockerfile");
    assertThat(warning.rule().url()).isEqualTo("docs/checks/FromAsCasing.md");
  }
}
