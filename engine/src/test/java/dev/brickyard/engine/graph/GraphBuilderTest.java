package dev.brickyard.engine.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.FailureKind;
import dev.brickyard.engine.copy.CopySpec;
import dev.brickyard.engine.image.ContainerConfig;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GraphBuilderTest {
  private static final ContainerConfig BASE =
      ContainerConfig.EMPTY
          .withEnv("PATH", "/bin")
          .withCmd(List.of("base-cmd"))
          .withWorkingDir("/base");

  private final TestGraphs graphs =
      new TestGraphs().image("base:1", "layer", BASE).image("tool", "tool-layer", BASE);

  private Stage stage(String dockerfile) throws Exception {
    return graphs.graph(dockerfile).target();
  }

  private Stage stage(String dockerfile, Map<String, String> args) throws Exception {
    return graphs.graph(TestGraphs.request(dockerfile, args, Optional.empty())).target();
  }

  private static Operation.Run run(Stage stage) {
    return (Operation.Run) stage.steps().getLast().operation();
  }

  private static List<String> history(Stage stage) {
    return stage.history().stream().map(HistoryNote::createdBy).toList();
  }

  private static BuildFailure failureOf(TestGraphs graphs, String dockerfile) {
    try {
      graphs.graph(dockerfile);
    } catch (BuildFailure e) {
      return e;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
    throw new AssertionError("no failure");
  }

  @Test
  void aRunSeesEnvAndTheArgsInScopeButEnvWins() throws Exception {
    Stage stage =
        stage(
            """
            FROM base:1
            ARG A=1
            ARG B
            ARG C=3
            ENV C=env D=$A
            RUN go
            ARG LATE=no
            """,
            Map.of("B", "given", "UNDECLARED", "x", "HTTP_PROXY", "http://proxy"));
    assertThat(run(stage).env())
        .isEqualTo(Map.of("PATH", "/bin", "C", "env", "D", "1", "A", "1", "B", "given"));
    assertThat(run(stage).hidden()).isEqualTo(Map.of("HTTP_PROXY", "http://proxy"));
    assertThat(history(stage))
        .containsExactly(
            "ARG A=1",
            "ARG B=given",
            "ARG C=3",
            "ENV C=env D=1",
            "RUN |3 A=1 B=given C=env /bin/sh -c go # buildkit",
            "ARG LATE=no");
  }

  @Test
  void globalArgsAreForFromAndForStagesThatDeclareThem() throws Exception {
    Stage stage =
        stage(
            """
            ARG TAG=1
            ARG NAME=base:$TAG
            FROM ${NAME}
            RUN echo $TAG
            """);
    assertThat(run(stage).env()).doesNotContainKey("TAG");
    Stage declaring = stage("ARG TAG=1\nFROM base:$TAG\nARG TAG\nRUN x\n");
    assertThat(run(declaring).env()).containsEntry("TAG", "1");
    Stage defaulting = stage("ARG TAG=1\nFROM base:$TAG\nARG TAG=own\nRUN x\n");
    assertThat(run(defaulting).env()).containsEntry("TAG", "own");
    Stage overridden = stage("ARG TAG=9\nFROM base:$TAG\nARG TAG=own\nRUN x\n", Map.of("TAG", "1"));
    assertThat(run(overridden).env()).containsEntry("TAG", "1");
  }

  @Test
  void argsEndWithTheirStageAndEnvIsInherited() throws Exception {
    Stage stage = stage("FROM base:1 AS one\nARG A=1\nENV E=$A\nFROM one\nRUN x\n");
    assertThat(run(stage).env()).containsEntry("E", "1").doesNotContainKey("A");
  }

  @Test
  void platformArgsHaveValuesWhereDeclared() throws Exception {
    Stage stage =
        stage(
            """
            FROM --platform=$BUILDPLATFORM base:1
            ARG TARGETPLATFORM
            ARG TARGETARCH
            ARG BUILDARCH
            RUN x
            """);
    assertThat(run(stage).env())
        .containsEntry("TARGETPLATFORM", "linux/amd64")
        .containsEntry("TARGETARCH", "amd64")
        .containsEntry("BUILDARCH", "arm64")
        .doesNotContainKey("TARGETOS");
    assertThat(graphs.asked()).containsExactly("library/base for linux/arm64");
    assertThat(stage.platform().toString()).isEqualTo("linux/arm64");
  }

  @Test
  void variablesOfARunAreTheShellsBusiness() throws Exception {
    assertThat(run(stage("FROM base:1\nENV A=1\nRUN echo $A\n")).args())
        .containsExactly("/bin/sh", "-c", "echo $A");
  }

  @Test
  void entrypointResetsAnInheritedCommandOnly() throws Exception {
    assertThat(stage("FROM base:1\nENTRYPOINT [\"e\"]\n").config().cmd()).isEmpty();
    assertThat(stage("FROM base:1\nCMD [\"c\"]\nENTRYPOINT [\"e\"]\n").config().cmd())
        .containsExactly("c");
    assertThat(stage("FROM base:1\n").config().cmd()).containsExactly("base-cmd");
  }

  @Test
  void shellAndWorkdirAndUserHoldFromWhereTheyStand() throws Exception {
    Stage stage =
        stage(
            """
            FROM base:1
            SHELL ["/bin/bash", "-ec"]
            USER mason
            WORKDIR sub
            WORKDIR ../other
            RUN x
            CMD run me
            """);
    assertThat(run(stage).args()).containsExactly("/bin/bash", "-ec", "x");
    assertThat(run(stage).user()).isEqualTo("mason");
    assertThat(run(stage).workingDir()).isEqualTo("/base/other");
    assertThat(stage.config().cmd()).containsExactly("/bin/bash", "-ec", "run me");
    assertThat(stage.steps().getFirst().operation())
        .isEqualTo(new Operation.MakeDirectory("/base/sub", "mason"));
  }

  @Test
  void metadataEndsInTheConfigAndTheHistory() throws Exception {
    Stage stage =
        stage(
            """
            FROM scratch
            EXPOSE 80 53/udp 8000-8001
            VOLUME ["/data", "/logs"]
            LABEL a=1 "b"="two words"
            STOPSIGNAL SIGINT
            HEALTHCHECK --interval=90s CMD check it
            ONBUILD RUN later
            MAINTAINER me
            CMD ["a", "b\\"c"]
            """);
    assertThat(stage.config().exposedPorts())
        .containsExactly("53/udp", "80/tcp", "8000/tcp", "8001/tcp");
    assertThat(stage.config().labels()).isEqualTo(Map.of("a", "1", "b", "two words"));
    assertThat(stage.config().onBuild()).containsExactly("RUN later");
    assertThat(stage.author()).contains("me");
    assertThat(stage.config().environment()).containsEntry("PATH", StageBuilder.DEFAULT_PATH);
    assertThat(stage.steps()).isEmpty();
    assertThat(history(stage))
        .contains(
            "EXPOSE map[53/udp:{} 80/tcp:{} 8000/tcp:{} 8001/tcp:{}]",
            "VOLUME [/data /logs]",
            "LABEL a=1 b=two words",
            "CMD [\"a\" \"b\\\"c\"]",
            "HEALTHCHECK &{[\"CMD-SHELL\" \"check it\"] \"1m30s\" \"0s\" \"0s\" \"0s\" '\\x00'}");
  }

  @Test
  void triggersOfTheBaseRunRightAfterFromAndOnce() throws Exception {
    graphs.image(
        "trigger", "l", BASE.withOnBuild(List.of("ENV T=1", "RUN from-trigger", "COPY . /x")));
    Stage stage = stage("FROM trigger\nRUN own\n");
    assertThat(stage.steps())
        .extracting(Step::source)
        .containsExactly("RUN from-trigger", "COPY . /x", "RUN own");
    assertThat(stage.steps().getFirst().range().startLine()).isEqualTo(1);
    assertThat(stage.config().onBuild()).isEmpty();
    assertThat(run(stage).env()).containsEntry("T", "1");
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
            COPY --from=1 /x /
            COPY --from=b /x /
            COPY --from=tool /x /
            COPY --from=tool /y /
            """);
    assertThat(graph.stages()).extracting(s -> s.name().orElse("")).containsExactly("a", "b", "c");
    assertThat(graph.images()).hasSize(1);
    assertThat(graph.images().getFirst().image().reference().repository())
        .isEqualTo("library/tool");
  }

  @Test
  void aTargetIsFoundByNameInAnyCaseAndByNumber() throws Exception {
    String dockerfile = "FROM scratch AS one\nENV A=1\nFROM scratch AS two\nENV A=2\n";
    for (String target : List.of("one", "ONE", "0")) {
      Stage stage =
          graphs.graph(TestGraphs.request(dockerfile, Map.of(), Optional.of(target))).target();
      assertThat(stage.config().environment()).containsEntry("A", "1");
    }
    assertThatThrownBy(
            () -> graphs.graph(TestGraphs.request(dockerfile, Map.of(), Optional.of("three"))))
        .isInstanceOf(BuildFailure.class)
        .hasMessage("target stage \"three\" could not be found; there are: one, two");
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
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "COPY --from=9 /a /|stage-missing|2",
        "COPY --from=self /a /|circular-stages|2",
        "COPY https://example.org/a /|bad-copy-source|2",
        "COPY git@example.org:a/b.git /|bad-copy-source|2",
        "COPY --link --chown=web a /|unknown-owner|2",
        "COPY --chmod=u+q a /|bad-chmod|2",
        "COPY --chmod=9 a /|bad-chmod|2",
        "EXPOSE 80 99999|bad-port|2",
        "EXPOSE 80/smtp|bad-port|2",
        "EXPOSE 90-80|bad-port|2",
        "STOPSIGNAL not/one|bad-signal|2",
        "ENV A=${B:?needed}|bad-expansion|2",
        "ADD https://example.org/a /|not-supported|2",
        "RUN --mount=type=secret,id=s cat|not-supported|2",
        "RUN --security=insecure true|insecure-not-allowed|2",
      })
  void mistakesAreTheUsersAndHaveALine(String line, String code, int at) {
    BuildFailure failure = failureOf(graphs, "FROM base:1 AS self\n" + line + "\n");
    assertThat(failure.code()).isEqualTo(code);
    assertThat(failure.kind()).isEqualTo(FailureKind.USER);
    assertThat(failure.range().orElseThrow().startLine()).isEqualTo(at);
    assertThat(failure.excerpt().orElseThrow()).contains(">>> " + line);
  }

  private CopySpec copyOf(String line) throws Exception {
    Stage stage = stage("FROM base:1\nARG a=1\nENV e=x\n" + line + "\n");
    return ((Operation.Copy) stage.steps().getLast().operation()).spec();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "COPY a .|/base/",
        "COPY a ./|/base/",
        "COPY a b|/base/b",
        "COPY a b/|/base/b/",
        "COPY a b/.|/base/b/",
        "COPY a ..|/",
        "COPY a ../c|/c",
        "COPY a $none|/base/",
        "COPY a /$e/../y|/y",
        "COPY a /|/",
        "COPY a b c|/base/c",
      })
  void destinationsOfCopies(String line, String destination) throws Exception {
    assertThat(copyOf(line).destination()).isEqualTo(destination);
  }

  @Test
  void flagsOfCopiesAreExpandedAndShown() throws Exception {
    CopySpec spec =
        copyOf("COPY --parents --exclude=$e/* --exclude=y --chown=$a --chmod=u+${e} p /z");
    assertThat(spec.parents()).isTrue();
    assertThat(spec.exclude()).containsExactly("x/*", "y");
    assertThat(spec.chown()).contains("1");
    assertThat(spec.mode().orElseThrow().text()).isEqualTo("u+x");
    assertThat(
            history(stage("FROM base:1\nADD --chmod=7 --chown=a:b --exclude=q x y <<f /z/\nf\n")))
        .containsExactly("ADD --chown=a:b --chmod=7 x y <<f /z/ # buildkit");
    assertThat(history(stage("FROM base:1\nCOPY --parents a b\n")))
        .containsExactly("COPY --parents a b # buildkit");
    assertThat(copyOf("COPY --chmod=$none --chown=$none a b").mode()).isEmpty();
  }

  @Test
  void chmodSwitchesLinkOff() throws Exception {
    assertThat(copyOf("COPY --link --chown=root:7 a b").link()).isTrue();
    assertThat(copyOf("COPY --link --chmod=7 --chown=web a b").link()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"FROM ${NOTHING}", "FROM UPPER/case", "FROM --platform=nonsense base:1"})
  void badBasesAreNamed(String from) {
    assertThat(failureOf(graphs, from + "\n").range().orElseThrow().startLine()).isEqualTo(1);
  }

  @Test
  void stagesThatNeedEachOtherAreRefused() {
    BuildFailure failure =
        failureOf(
            graphs,
            "FROM scratch AS a\nCOPY --from=b /x /\nFROM scratch AS b\nCOPY --from=a /x /\n");
    assertThat(failure.code()).isEqualTo("circular-stages");
  }

  @Test
  void theBuildsLabelsWinOnTheTargetOnly() throws Exception {
    var plain =
        TestGraphs.request(
            "FROM scratch AS a\nLABEL x=1\nFROM a\nLABEL y=1\n", Map.of(), Optional.empty());
    var labelled =
        new dev.brickyard.engine.BuildRequest(
            plain.dockerfileName(),
            plain.dockerfile(),
            plain.context(),
            plain.platform(),
            plain.buildArgs(),
            Map.of("x", "build", "z", "3"),
            plain.target(),
            false,
            plain.cache(),
            plain.pushTo(),
            plain.credentials(),
            Optional.empty(),
            plain.options());
    BuildGraph graph = graphs.graph(labelled);
    assertThat(graph.target().config().labels())
        .isEqualTo(Map.of("x", "build", "y", "1", "z", "3"));
    assertThat(graph.stages().getFirst().config().labels()).isEqualTo(Map.of("x", "1"));
  }
}
