package dev.brickyard.engine.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** ARG: scope, precedence, defaults, predefined and automatic ones. */
class ArgTest extends InstructionFixture {
  @Test
  void aRunSeesTheArgsBeforeItWithTheUsersValues() throws Exception {
    Stage stage =
        stageWith(
            Map.of("B", "given", "D", "over the default", "UNDECLARED", "x"),
            "FROM base:1",
            "ARG A=1",
            "ARG B",
            "ARG C",
            "ARG D=default",
            "RUN go",
            "ARG LATE=no");

    assertThat(run(stage).env())
        .isEqualTo(Map.of("PATH", "/bin", "A", "1", "B", "given", "D", "over the default"));
    assertThat(history(stage))
        .containsExactly(
            "(ARG A=1)",
            "(ARG B=given)",
            "(ARG C)",
            "(ARG D=over the default)",
            "RUN |4 A=1 B=given C= D=over the default /bin/sh -c go # buildkit",
            "(ARG LATE=no)");
  }

  @Test
  void theLaterOfEnvAndArgWins() throws Exception {
    assertThat(run(stage("FROM base:1", "ARG A=arg", "ENV A=env", "RUN x")).env())
        .containsEntry("A", "env");
    Stage argLater = stage("FROM base:1", "ENV A=env", "ARG A=arg", "RUN x");
    assertThat(run(argLater).env()).containsEntry("A", "arg");
    assertThat(argLater.config().environment()).containsEntry("A", "env");
    assertThat(run(stage("FROM base:1", "ENV A=env", "ARG A", "RUN x")).env())
        .containsEntry("A", "env");
  }

  @Test
  void oneDeclaredTwiceIsToldOnceWithItsLastValue() throws Exception {
    Stage stage =
        stage("FROM base:1", "ARG foo=bar", "ARG bar=123", "ARG foo=bar2", "RUN ls /etc/");

    assertThat(history(stage).getLast())
        .isEqualTo("RUN |2 foo=bar2 bar=123 /bin/sh -c ls /etc/ # buildkit");
  }

  @Test
  void severalOnALineSeeEachOther() throws Exception {
    Stage stage = stage("FROM base:1", "ARG a=1 b=\"$a and 2\" c", "RUN x");

    assertThat(run(stage).env()).containsEntry("b", "1 and 2").doesNotContainKey("c");
    assertThat(history(stage).getFirst()).isEqualTo("(ARG a=1 b=1 and 2 c)");
  }

  @Test
  void anEmptyValueIsAValue() throws Exception {
    Stage stage = stage("FROM base:1", "ARG A=", "ARG B", "RUN ${A-unset}", "ENV C=${A-unset}");

    assertThat(stage.config().environment()).containsEntry("C", "");
    assertThat(stageWith(Map.of("A", ""), "FROM base:1", "ARG A=1", "RUN x").variables().args())
        .containsEntry("A", Optional.of(""));
  }

  @Test
  void aStageInheritsTheArgsOfTheStageItBeginsWith() throws Exception {
    Stage stage =
        stage(
            "FROM base:1 AS one", "ARG A=1", "ENV E=$A", "FROM one AS two", "ARG B=${A}2", "RUN x");

    assertThat(run(stage).env())
        .containsEntry("A", "1")
        .containsEntry("B", "12")
        .containsEntry("E", "1");
    assertThat(history(stage).getLast()).startsWith("RUN |2 A=1 B=12 /bin/sh");
    assertThat(stage.config().environment()).containsOnlyKeys("PATH", "E");
    assertThat(run(stage("FROM base:1 AS one", "ARG A=1", "FROM base:1", "RUN x")).env())
        .doesNotContainKey("A");
  }

  @Test
  void whereAStageBeginsTheImagesEnvironmentCountsAgain() throws Exception {
    Stage stage = stage("FROM base:1 AS one", "ENV A=env", "ARG A=arg", "FROM one", "RUN x");

    assertThat(run(stage).env()).containsEntry("A", "env");
  }

  @Test
  void globalArgsAreForFromAndForStagesThatDeclareThem() throws Exception {
    assertThat(run(stage("ARG T=1", "FROM base:$T", "RUN x")).env()).doesNotContainKey("T");
    assertThat(run(stage("ARG T=1", "FROM base:$T", "ARG T", "RUN x")).env())
        .containsEntry("T", "1");
    assertThat(run(stage("ARG T=1", "FROM base:$T", "ARG T=own", "RUN x")).env())
        .containsEntry("T", "own");
    assertThat(
            run(stageWith(Map.of("T", "1"), "ARG T=9", "FROM base:$T", "ARG T=own", "RUN x")).env())
        .containsEntry("T", "1");
    assertThat(run(stage("ARG A=ba B=${A}se", "FROM $B:1", "ARG B", "RUN x")).env())
        .containsEntry("B", "base");
  }

  @Test
  void theNameIsTakenAsItIs() throws Exception {
    Stage stage = stage("FROM base:1", "ENV X=name", "ARG $X=1", "RUN x");

    assertThat(run(stage).env()).containsEntry("$X", "1").doesNotContainKey("name");
  }

  @Test
  void aMistakeInADefaultMattersOnlyWhenTheDefaultDoes() throws Exception {
    String[] global = {"ARG FOO=${FOO:?\"custom error\"}", "FROM base:1"};
    assertThat(told(failure(global)))
        .isEqualTo(
            "bad-expansion 1 failed to process \"${FOO:?\\\"custom error\\\"}\": FOO: custom error");
    stageWith(Map.of("FOO", "bar"), global);

    String[] own = {"FROM base:1", "ARG FOO", "ARG BAR=${FOO:?\"foo missing\"}"};
    assertThat(told(failure(own))).startsWith("bad-expansion 3 ").endsWith("FOO: foo missing");
    stageWith(Map.of("FOO", "123"), own);
    assertThat(stageWith(Map.of("BAR", "123"), own).variables().args())
        .containsEntry("BAR", Optional.of("123"));
  }

  @Test
  void proxiesReachRunUnderBothNamesAndNothingElse() throws Exception {
    Stage stage =
        stageWith(
            Map.of("http_proxy", "http://p", "NO_PROXY", "local", "FTP_PROXY", ""),
            "FROM base:1",
            "RUN x");

    assertThat(run(stage).hidden())
        .isEqualTo(
            Map.of(
                "HTTP_PROXY",
                "http://p",
                "http_proxy",
                "http://p",
                "NO_PROXY",
                "local",
                "no_proxy",
                "local"));
    assertThat(run(stage).env()).containsOnlyKeys("PATH");
    assertThat(history(stage)).containsExactly("RUN /bin/sh -c x # buildkit");
    Stage declared =
        stageWith(Map.of("HTTP_PROXY", "http://p"), "FROM base:1", "ARG HTTP_PROXY", "RUN x");
    assertThat(run(declared).env()).containsEntry("HTTP_PROXY", "http://p");
    assertThat(history(declared).getLast()).startsWith("RUN |1 HTTP_PROXY=http://p ");
  }

  @Test
  void platformArgsHaveValuesWhereDeclared() throws Exception {
    Stage stage =
        stage(
            "FROM base:1 AS final",
            "ARG TARGETPLATFORM TARGETOS TARGETARCH TARGETVARIANT TARGETOSVERSION",
            "ARG BUILDPLATFORM BUILDOS BUILDARCH BUILDVARIANT BUILDOSVERSION",
            "ARG TARGETSTAGE",
            "RUN x");

    assertThat(run(stage).env())
        .containsEntry("TARGETPLATFORM", "linux/amd64")
        .containsEntry("TARGETOS", "linux")
        .containsEntry("TARGETARCH", "amd64")
        .containsEntry("TARGETVARIANT", "")
        .containsEntry("TARGETOSVERSION", "")
        .containsEntry("BUILDPLATFORM", "linux/arm64")
        .containsEntry("BUILDOS", "linux")
        .containsEntry("BUILDARCH", "arm64")
        .containsEntry("BUILDVARIANT", "")
        .containsEntry("BUILDOSVERSION", "")
        .containsEntry("TARGETSTAGE", "final");
    assertThat(run(stage("FROM base:1", "RUN x")).env()).containsOnlyKeys("PATH");
    assertThat(run(stage("FROM base:1", "ARG TARGETARCH=own", "RUN x")).env())
        .containsEntry("TARGETARCH", "own");
    assertThat(
            run(stageWith(Map.of("TARGETARCH", "x"), "FROM base:1", "ARG TARGETARCH", "RUN x"))
                .env())
        .containsEntry("TARGETARCH", "x");
  }

  @Test
  void theTargetsNameIsDefaultWhenItHasNone() throws Exception {
    assertThat(run(stage("FROM base:1", "ARG TARGETSTAGE", "RUN x")).env())
        .containsEntry("TARGETSTAGE", "default");
    String dockerfile = "FROM base:1 AS a\nARG TARGETSTAGE\nRUN x\nFROM a AS b\n";
    assertThat(
            run(graphs.graph(TestGraphs.request(dockerfile, Map.of(), Optional.of("a"))).target())
                .env())
        .containsEntry("TARGETSTAGE", "a");
  }

  @Test
  void argumentsForTheBuilderAreNoVariables() throws Exception {
    Stage stage = stage("FROM base:1", "ARG BUILDKIT_SBOM_SCAN_STAGE=true", "RUN x");

    assertThat(run(stage).env()).containsOnlyKeys("PATH");
    assertThat(history(stage).getLast()).startsWith("RUN |1 BUILDKIT_SBOM_SCAN_STAGE=true ");
  }

  @Test
  void theTimeOfTheSourcesComesFromTheUserOrTheFile() throws Exception {
    assertThat(graphs.graph("FROM base:1\n").epoch()).isEmpty();
    assertThat(graphs.graph("ARG SOURCE_DATE_EPOCH=5\nFROM base:1\n").epoch())
        .contains(Instant.ofEpochSecond(5));
    assertThat(
            graphs
                .graph(
                    request(
                        Map.of("SOURCE_DATE_EPOCH", "7"), "ARG SOURCE_DATE_EPOCH=5", "FROM base:1"))
                .epoch())
        .contains(Instant.ofEpochSecond(7));
    assertThat(graphs.graph(request(Map.of("SOURCE_DATE_EPOCH", ""), "FROM base:1")).epoch())
        .isEmpty();
    assertThat(told(failureWith(Map.of("SOURCE_DATE_EPOCH", "soon"), "FROM base:1")))
        .startsWith("source-date-epoch-invalid 0 invalid SOURCE_DATE_EPOCH: soon");
    assertThat(
            run(stageWith(
                    Map.of("SOURCE_DATE_EPOCH", "7"),
                    "FROM base:1",
                    "ARG SOURCE_DATE_EPOCH",
                    "RUN x"))
                .env())
        .containsEntry("SOURCE_DATE_EPOCH", "7");
  }

  @Test
  void whatNobodyAsksForIsTold() throws Exception {
    Map<String, String> given =
        Map.of(
            "TYPO", "1",
            "also", "2",
            "GLOBAL", "3",
            "OWN", "4",
            "UNNEEDED", "5",
            "https_proxy", "6",
            "BUILDKIT_INLINE_CACHE", "1",
            "TARGETARCH", "arm64",
            "SOURCE_DATE_EPOCH", "0",
            "TRIGGER", "7");
    graphs.image("trigger", "l", BASE.withOnBuild(java.util.List.of("ARG TRIGGER")));

    assertThat(
            graphs
                .graph(
                    request(
                        given,
                        "ARG GLOBAL",
                        "FROM base:1 AS unneeded",
                        "ARG UNNEEDED",
                        "FROM trigger",
                        "ARG OWN"))
                .unusedArgs())
        .containsExactly("TYPO", "also");
  }
}
