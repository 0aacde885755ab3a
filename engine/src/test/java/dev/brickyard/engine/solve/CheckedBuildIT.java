package dev.brickyard.engine.solve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.FailureKind;
import dev.brickyard.engine.image.ImageReference;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What builds do about the build checks. */
class CheckedBuildIT {
  @TempDir Path folder;
  private TestYard yard;

  @BeforeEach
  void open() throws Exception {
    yard = new TestYard(folder);
  }

  @AfterEach
  void close() throws Exception {
    yard.close();
  }

  @Test
  void warningsAreToldAndTheBuildGoesOn() throws Exception {
    yard.file("a.txt", "a");
    yard.file(".dockerignore", "b.txt\n");
    ImageReference base =
        yard.base(yard.worker(), "base", "FROM scratch\nENV BASE_VERSION=1\nCOPY a.txt /\n");
    yard.build(
        yard.worker(),
        "FROM "
            + base
            + " AS base\nLABEL a=$BASE_VERSION b=$BASE_VERSOIN\nCMD x\n"
            + "FROM scratch AS unused\nCOPY b.txt /\n"
            + "FROM base\nCOPY a.txt \\\n\n/b.txt\n");
    assertThat(yard.observer().warnings())
        .containsExactly(
            "UndefinedVar: Usage of undefined variable '$BASE_VERSOIN' (did you mean"
                + " $BASE_VERSION?) (line 2)",
            "JSONArgsRecommended: JSON arguments recommended for CMD to prevent unintended behavior"
                + " related to OS signals (line 3)",
            "NoEmptyContinuation: Empty continuation line (line 9)");
  }

  @Test
  void warningsFailABuildThatWantsNoneBeforeAnythingRuns() throws Exception {
    yard.file("a.txt", "a");
    assertThatExceptionOfType(BuildFailure.class)
        .isThrownBy(
            () ->
                yard.build(yard.worker(), "# check=error=true\nFROM scratch as a\nCOPY a.txt /\n"))
        .satisfies(
            e -> {
              assertThat(e.kind()).isEqualTo(FailureKind.USER);
              assertThat(e.code()).isEqualTo("lint-violation");
              assertThat(e.sentence()).isEqualTo("lint violation found for rules: FromAsCasing");
            });
    assertThat(yard.observer().warnings())
        .containsExactly("FromAsCasing: 'as' and 'FROM' keywords' casing do not match (line 2)");
    assertThat(yard.observer().anythingStarted()).isFalse();
  }
}
