package dev.brickyard.engine.dockerfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the golden files do not say: triggers, looking stages up, excerpts. */
class DockerfileTest {
  @Test
  void aTriggerReadsBackToTheSameInstruction() throws Exception {
    String text = "FROM x\nONBUILD RUN <<-\"E\" cat\n\t\ta $b\n\tE\nONBUILD COPY a b\n";
    StageDefinition stage = Dockerfile.parse("Dockerfile", text).stages().getFirst();

    for (Instruction instruction : stage.instructions()) {
      Instruction.OnBuild onBuild = (Instruction.OnBuild) instruction;
      Instruction readBack = Dockerfile.parseTrigger(onBuild.trigger());
      Instruction inner = onBuild.instruction().orElseThrow();
      assertThat(readBack.source()).isEqualTo(inner.source());
      if (readBack instanceof Instruction.Run run) {
        assertThat(run.command()).isEqualTo(((Instruction.Run) inner).command());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "# nothing",
        "FROM x",
        "ONBUILD RUN a",
        "MAINTAINER me",
        "RUN a\nRUN b",
        "NOPE"
      })
  void whatCannotBeATrigger(String trigger) {
    assertThatThrownBy(() -> Dockerfile.parseTrigger(trigger))
        .isInstanceOfSatisfying(
            DockerfileException.class, e -> assertThat(e.fileName()).isEqualTo("ONBUILD trigger"));
  }

  @ParameterizedTest
  @CsvSource({
    "a,4,3", "A,4,3", "a,3,0", "b,4,1", "B,1,-1", "0,4,0", "3,3,-1", "x,4,-1", "2,4,2", "02,4,-1"
  })
  void findsStagesByNameAndNumber(String reference, int before, int expected) throws Exception {
    Dockerfile file =
        Dockerfile.parse("Dockerfile", "FROM x AS a\nFROM x AS b\nFROM x\nFROM x AS a\n");

    Optional<Integer> found = file.findStage(reference, before).map(StageDefinition::index);

    assertThat(found).isEqualTo(expected < 0 ? Optional.empty() : Optional.of(expected));
  }

  @Test
  void aLineMayBeAsLongAsInBuildKit() throws Exception {
    String longest = "RUN " + "a".repeat(65_535 - 4);
    Dockerfile.parse("Dockerfile", "FROM x\n" + longest + "\nCMD b\n");
    Dockerfile.parse("Dockerfile", "FROM x\n" + longest);
    for (String line : new String[] {longest + "a", "RUN " + "é".repeat(32_767)}) {
      assertThatThrownBy(() -> Dockerfile.parse("Dockerfile", "FROM x\n" + line + "\nCMD b\n"))
          .isInstanceOfSatisfying(
              DockerfileException.class,
              e -> {
                assertThat(e.sentence())
                    .isEqualTo("dockerfile line greater than max allowed size of 65535");
                assertThat(e.range().startLine()).isEqualTo(2);
              });
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "docker/dockerfile",
        "docker/dockerfile:1",
        "docker/dockerfile:1.7-labs some=option",
        "docker.io/docker/dockerfile:1@sha256:abc",
        "registry.example.org:5000/mirror/docker/dockerfile:1",
        "docker/dockerfile-upstream:master"
      })
  void dockersOwnFrontEndIsBuiltIn(String syntax) {
    assertThat(Frontend.complaint(syntax)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"dockerfile", "docker/dockerfilex", "mydocker/dockerfile", "x", "a:1/b"})
  void otherFrontEndsAreNot(String syntax) {
    assertThat(Frontend.complaint(syntax)).isPresent();
  }

  @Test
  void theExcerptShowsTheLinesAround() {
    String text = "a\nb\nc\r\nd\ne\nf\ng";

    assertThat(Excerpt.of(text, SourceRange.lines(3, 4)))
        .isEqualTo(
            """
            --------------------
               2 |     b
               3 | >>> c
               4 | >>> d
               5 |     e
            --------------------
            """);
    assertThat(Excerpt.of(text, SourceRange.lines(1, 1)))
        .startsWith("--------------------\n   1 | >>> a\n   2 |     b\n")
        .doesNotContain("   6 |");
    assertThat(Excerpt.of("", SourceRange.lines(1, 1))).contains("   1 | >>> ");
  }

  @Test
  void theExcerptOfALongRangeLeavesItsMiddleOut() {
    String excerpt = Excerpt.of("RUN a\n".repeat(5000), SourceRange.lines(100, 4900));

    assertThat(excerpt.lines().count()).isLessThan(70);
    assertThat(excerpt)
        .contains(" 100 | >>> RUN a", "| ...", "4900 | >>> RUN a", "4901 |     RUN a");
    assertThat(Excerpt.of("x".repeat(100_000), SourceRange.lines(1, 1))).hasSizeLessThan(2000);
  }
}
