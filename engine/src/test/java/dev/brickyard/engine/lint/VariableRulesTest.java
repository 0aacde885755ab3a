package dev.brickyard.engine.lint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brickyard.engine.image.ContainerConfig;
import dev.brickyard.engine.image.ImageConfig;
import dev.brickyard.engine.image.Platform;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Variables that are not there, and variables that should not be. */
class VariableRulesTest {
  private static final ImageConfig JAVA =
      ImageConfig.empty(Platform.LINUX_AMD64)
          .withConfig(ContainerConfig.EMPTY.withEnv("JAVA_HOME", "/opt/java"));

  @Test
  void undefinedVar() {
    assertThat(Checked.of("FROM scratch\nCOPY $foo .\nARG foo=bar\nRUN echo $foo\n").warnings())
        .containsExactly("2 UndefinedVar: Usage of undefined variable '$foo'");
    assertThat(Checked.of("FROM scratch\nLABEL a=${b:-c}\n").warnings())
        .containsExactly("2 UndefinedVar: Usage of undefined variable '$b'");
  }

  @Test
  void misspeltVariablesComeWithAHint() {
    assertThat(
            Checked.of(
                    "FROM scratch\nARG DIR_BINARIES=b/\nARG DIR_ASSETS=assets/\nCOPY $DIR_ASSET .\n")
                .warnings())
        .containsExactly(
            "4 UndefinedVar: Usage of undefined variable '$DIR_ASSET' (did you mean"
                + " $DIR_ASSETS?)");
    assertThat(Checked.of("FROM alpine\nENV PATH=$PAHT:/tmp/bin\n").warnings())
        .containsExactly(
            "2 UndefinedVar: Usage of undefined variable '$PAHT' (did you mean $PATH?)");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ARG foo\nCOPY Dockerfile${foo} .",
        "ENV a=b\nENV c=$a",
        "RUN echo $whatever",
        "CMD [\"$x\"]",
        "HEALTHCHECK CMD $x",
        "EXPOSE $x",
        "COPY '$x' \\$y /",
        "ENV p=$PATH",
        "COPY <<'E' /a\n$x\nE",
        "ARG TARGETARCH\nCOPY $TARGETARCH /"
      })
  void definedOrNotExpanded(String instructions) {
    assertThat(Checked.of("FROM scratch\n" + instructions + "\n").warnings()).isEmpty();
  }

  @Test
  void everyWordThatIsExpandedCounts() {
    String file =
        """
        FROM scratch
        ENV long_name=$v1
        LABEL $v2=b
        COPY --chown=$v3 a $v4
        ADD --chmod=$v5 a b
        USER $v6
        VOLUME $v7
        WORKDIR /$v8
        RUN --mount=type=cache,target=/$v9 x
        COPY <<E /a
        $va
        E
        ARG b=$vb
        """;
    assertThat(Checked.of(file).warnings())
        .map(line -> line.replaceAll(" .*\\$", " "))
        .containsExactly(
            "2 v1'", "3 v2'", "4 v3'", "4 v4'", "5 v5'", "6 v6'", "7 v7'", "8 v8'", "9 v9'",
            "10 va'", "13 vb'");
  }

  @Test
  void aStageSeesTheVariablesOfItsBase() {
    assertThat(
            Checked.of("FROM scratch AS base\nARG foo=Dockerfile\n\nFROM base\nCOPY $foo .\n")
                .warnings())
        .isEmpty();
    assertThat(Checked.of("ARG g=1\nFROM scratch\nCOPY $g .\n").warnings())
        .as("a global ARG is not in scope until it is declared")
        .containsExactly("3 UndefinedVar: Usage of undefined variable '$g'");
  }

  @Test
  void variablesOfTheImageAreKnownInABuild() {
    assertThat(Checked.of("FROM java\nENV PATH=$JAVA_HOME/bin:$PATH\n").onBase(JAVA).warnings())
        .isEmpty();
    assertThat(Checked.of("FROM java\nCOPY $MAVEN_HOME /\n").onBase(JAVA).warnings())
        .containsExactly("2 UndefinedVar: Usage of undefined variable '$MAVEN_HOME'");
  }

  @Test
  void withoutTheImageOnlyWhatLooksMisspeltIsReported() {
    assertThat(
            Checked.of("FROM java\nARG VERSION=1\nENV A=$JAVA_HOME/bin B=${VERSIN}\n").warnings())
        .containsExactly(
            "3 UndefinedVar: Usage of undefined variable '$VERSIN' (did you mean $VERSION?)");
    assertThat(Checked.of("FROM java\nENV A=\"${JAVA_HOME:?is missing}\"\n").warnings()).isEmpty();
  }

  @Test
  void whatCannotBeExpandedFailsAtItsPlace() throws Exception {
    LintReport report =
        Checked.of("FROM scratch\nMAINTAINER x\nENV A=\"${B:?is missing}\"\nCMD x\n").report();
    assertThat(Checked.lines(report))
        .containsExactly(
            "2 MaintainerDeprecated: Maintainer instruction is deprecated in favor of using label",
            "3 UndefinedVar: Usage of undefined variable '$B'");
    assertThat(report.failure().orElseThrow().code()).isEqualTo("bad-expansion");
    assertThat(report.failure().orElseThrow().sentence()).contains("B: is missing");
    assertThat(report.failure().orElseThrow().range().orElseThrow().startLine()).isEqualTo(3);
  }

  @Test
  void secretsUsedInArgOrEnv() {
    String file =
        """
        FROM scratch
        ARG SECRET_PASSPHRASE
        ENV SUPER_Secret=foo
        ENV password=bar secret=baz
        ARG super_duper_secret_token=foo auth=bar
        ENV apikey=bar sunflower=foo
        ENV git_key=
        ENV PUBLIC_KEY=
        ARG public_token
        ENV TOKEN_FILE=/x KEY_VERSION=1 MONKEY=1 keyboard=2
        """;
    assertThat(Checked.of(file).warnings())
        .containsExactly(
            secret(2, "ARG", "SECRET_PASSPHRASE"),
            secret(3, "ENV", "SUPER_Secret"),
            secret(4, "ENV", "password"),
            secret(4, "ENV", "secret"),
            secret(5, "ARG", "super_duper_secret_token"),
            secret(5, "ARG", "auth"),
            secret(6, "ENV", "apikey"),
            secret(7, "ENV", "git_key"));
  }

  private static String secret(int line, String keyword, String name) {
    return line
        + " SecretsUsedInArgOrEnv: Do not use ARG or ENV instructions for sensitive data ("
        + keyword
        + " \""
        + name
        + "\")";
  }
}
