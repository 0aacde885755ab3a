package dev.brickyard.engine.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.FailureKind;
import dev.brickyard.engine.image.ContainerConfig;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** FROM: bases, names, platforms, targets, and how stages hang together. */
class FromTest extends InstructionFixture {
  @Test
  void scratchHasAPathAndARoot() throws Exception {
    Stage stage = stage("FROM scratch");

    assertThat(stage.root()).isInstanceOf(Root.Scratch.class);
    assertThat(stage.config())
        .isEqualTo(
            ContainerConfig.EMPTY.withEnv("PATH", StageBuilder.DEFAULT_PATH).withWorkingDir("/"));
  }

  @Test
  void theBasesConfigIsInherited() throws Exception {
    graphs.image("bare", "l", ContainerConfig.EMPTY);

    assertThat(stage("FROM base:1").config()).isEqualTo(BASE);
    assertThat(stage("FROM bare").config().env())
        .containsExactly("PATH=" + StageBuilder.DEFAULT_PATH);
    assertThat(stage("FROM base:1 AS a", "ENV A=1", "USER u", "FROM a").config())
        .isEqualTo(BASE.withEnv("A", "1").withUser("u"));
  }

  @Test
  void aBaseIsFoundByDigest() throws Exception {
    String name = "base@sha256:" + "a".repeat(64);
    graphs.image(name, "l", BASE);

    assertThat(stage("FROM " + name).root()).isInstanceOf(Root.Image.class);
  }

  @Test
  void stageNamesAreLowerCaseWhereTheyAreGivenAndWhereTheyAreBases() throws Exception {
    Stage stage = stage("FROM base:1 as BUILD", "ENV A=1", "FROM build", "COPY --from=Build a b");

    assertThat(stage.root()).isInstanceOf(Root.OfStage.class);
    assertThat(told(failure("FROM base:1 AS build", "FROM Build")))
        .isEqualTo(
            "bad-image-name 2 failed to parse stage name \"Build\": invalid reference format:"
                + " repository name (library/Build) must be lowercase");
  }

  @Test
  void ofTwoStagesOfOneNameABaseIsTheLastBeforeAndASourceTheLastOfAll() throws Exception {
    Stage stage =
        stage(
            "FROM base:1 AS x",
            "ENV V=1",
            "FROM x AS x",
            "ENV V=2",
            "FROM x",
            "COPY --from=x /a /b");

    assertThat(stage.config().environment()).containsEntry("V", "2");
    assertThat(told(failure("FROM base:1 AS x", "FROM x AS m", "COPY --from=x a b", "FROM m AS x")))
        .isEqualTo(
            "stage-later 3 cannot copy from stage \"x\", it needs to be defined before current"
                + " stage \"m\"");
  }

  @Test
  void aNumberIsNoBase() {
    assertThat(told(failure("FROM base:1", "FROM 0")))
        .isEqualTo("image-not-found 2 docker.io/library/0:latest was not found");
  }

  @ParameterizedTest
  @CsvSource({
    "linux/arm64, linux/arm64",
    "linux/arm/v6, linux/arm/v6",
    "arm64, linux/arm64",
    "aarch64, linux/arm64",
    "armhf, linux/arm/v7",
    "x86_64, linux/amd64",
    "linux, linux/arm64",
    "$BUILDPLATFORM, linux/arm64",
    "${TARGETPLATFORM}, linux/amd64",
    "linux/${MY:-s390x}, linux/s390x"
  })
  void platforms(String written, String meant) throws Exception {
    Stage stage = stage("ARG MY", "FROM --platform=" + written + " base:1");

    assertThat(stage.platform()).hasToString(meant);
    assertThat(graphs.asked()).containsExactly("library/base for " + meant);
  }

  @Test
  void scratchAndStagesHaveTheirOwnPlatform() throws Exception {
    assertThat(stage("FROM --platform=linux/arm64 scratch").platform()).hasToString("linux/amd64");
    assertThat(
            stage("FROM --platform=linux/arm64 base:1 AS a", "FROM --platform=linux/amd64 a")
                .platform())
        .hasToString("linux/arm64");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "FROM ${NOTHING}|bad-image-name 1 base name (${NOTHING}) should not be blank",
        "FROM UPPER/case|bad-image-name 1 failed to parse stage name \"UPPER/case\": invalid"
            + " reference format: repository name (UPPER/case) must be lowercase",
        "FROM a:b:c|bad-image-name 1 failed to parse stage name \"a:b:c\": invalid reference format",
        "FROM --platform=nonsense base:1|bad-platform 1 failed to parse platform nonsense:"
            + " \"nonsense\": unknown operating system or architecture: invalid argument",
        "FROM --platform=a/b/c/d base:1|bad-platform 1 failed to parse platform a/b/c/d:"
            + " \"a/b/c/d\": cannot parse platform specifier: invalid argument",
        "FROM --platform=$NONE base:1|bad-platform 1 empty platform value from expression $NONE",
        "FROM base:${X:?which}|bad-expansion 1 failed to process \"base:${X:?which}\": X: which",
      })
  void badBasesAreNamed(String from, String expected) {
    BuildFailure failure = failure(from);

    assertThat(told(failure)).startsWith(expected);
    assertThat(failure.kind()).isEqualTo(FailureKind.USER);
    // The stage need not be one that the target needs.
    assertThat(told(failure(from, "FROM scratch"))).isEqualTo(told(failure));
  }

  @Test
  void stagesThatReadEachOtherAreRefusedWhereverTheyAre() {
    String[] circle = {
      "FROM scratch AS a", "COPY --from=b /x /", "FROM scratch AS b", "COPY --from=a /x /",
    };
    assertThat(told(failure(circle)))
        .isEqualTo("circular-stages 4 circular dependency detected on stage: a");
    assertThat(
            told(
                failure(
                    "FROM scratch AS a",
                    "RUN --mount=from=b,target=/b x",
                    "FROM scratch AS b",
                    "COPY --from=0 /x /",
                    "FROM scratch")))
        .startsWith("circular-stages 4 ");
    assertThat(told(failure("FROM scratch AS self", "COPY --from=self /x /")))
        .isEqualTo("circular-stages 2 circular dependency detected on stage: self");
  }

  @Test
  void whatIsReadHasToStandBefore() {
    assertThat(told(failure("FROM scratch AS a", "COPY --from=1 /x /", "FROM base:1", "FROM a")))
        .isEqualTo(
            "stage-later 2 cannot copy from stage \"1\", it needs to be defined before current"
                + " stage \"a\"");
    assertThat(told(failure("FROM scratch", "COPY --from=7 /x /", "FROM base:1")))
        .startsWith("stage-missing 2 invalid stage index 7");
    assertThat(told(failure("FROM scratch", "COPY --from=-1 /x /")))
        .startsWith("stage-missing 2 invalid stage index -1");
  }

  @Test
  void onlyWhatTheTargetNeedsIsThereEachAfterWhatItNeeds() throws Exception {
    BuildGraph graph =
        graphs.graph(
            """
            FROM missing-image AS unneeded
            FROM base:1 AS a
            FROM scratch AS b
            COPY --from=a /x /
            FROM scratch AS c
            COPY --from=01 /x /
            COPY --from=b /x /
            """);
    assertThat(graph.stages()).extracting(s -> s.name().orElse("")).containsExactly("a", "b", "c");
  }

  @Test
  void aTargetIsFoundByNameInAnyCaseAndByNumber() throws Exception {
    String dockerfile = "FROM scratch AS one\nENV A=1\nFROM scratch AS two\nENV A=2\n";
    for (String target : new String[] {"one", "ONE", "0"}) {
      Stage stage =
          graphs.graph(TestGraphs.request(dockerfile, Map.of(), Optional.of(target))).target();
      assertThat(stage.config().environment()).containsEntry("A", "1");
    }
    assertThatThrownBy(
            () -> graphs.graph(TestGraphs.request(dockerfile, Map.of(), Optional.of("onne"))))
        .isInstanceOf(BuildFailure.class)
        .hasMessage(
            "target stage \"onne\" could not be found (did you mean one?); there are: one, two");
  }

  @Test
  void thousandsOfStagesAreRefusedAndHundredsAreNot() throws Exception {
    StringBuilder lines = new StringBuilder("FROM base:1 AS s0\n");
    for (int i = 1; i < 1000; i++) {
      lines.append("FROM s%d AS s%d\nCOPY --from=%d a b\n".formatted(i - 1, i, i - 1));
    }
    assertThat(graphs.graph(lines.toString()).stages()).hasSize(1000);
    assertThatThrownBy(() -> graphs.graph(lines + "FROM scratch\n"))
        .isInstanceOfSatisfying(
            BuildFailure.class, e -> assertThat(e.code()).isEqualTo("too-many-stages"));
  }

  @Test
  void namesAreAsPeopleKnowThem() throws Exception {
    BuildGraph graph =
        graphs.graph(
            "FROM base:1 AS build\nWORKDIR /w\nENV A=1\nRUN make\nFROM scratch\nCOPY --from=build /w /\n");
    assertThat(graph.stages().getFirst().steps())
        .extracting(Step::name)
        .containsExactly("[build 2/3] WORKDIR /w", "[build 3/3] RUN make");
    assertThat(graph.target().steps())
        .extracting(Step::name)
        .containsExactly("[stage-1 1/1] COPY --from=build /w /");
    assertThat(((Root.Image) graph.stages().getFirst().root()).name())
        .startsWith("[build 1/3] FROM docker.io/library/base:1@sha256:");
    assertThat(stage("FROM base:1 AS only", "RUN x\n".repeat(9)).steps().getFirst().name())
        .isEqualTo("[ 2/10] RUN x");
  }
}
