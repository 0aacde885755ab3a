package dev.brickyard.engine.graph;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brickyard.engine.BuildFailure;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** ONBUILD: what is kept in the image, and what it does to those who build on it. */
class OnBuildTest extends InstructionFixture {
  @Test
  void triggersAreKeptAsWrittenAndLeaveNoHistory() throws Exception {
    Stage stage =
        stage(
            "FROM base:1",
            "ONBUILD RUN echo $A  ",
            "onbuild  copy --from=x a \\",
            "  b",
            "ONBUILD RUN <<-E cat",
            "\tbody",
            "\tE",
            "ONBUILD NONSENSE and more",
            "ONBUILD COPY one");

    assertThat(stage.config().onBuild())
        .containsExactly(
            "RUN echo $A  ",
            "copy --from=x a   b",
            "RUN <<-E cat\n\tbody\nE",
            "NONSENSE and more",
            "COPY one");
    assertThat(history(stage)).isEmpty();
    assertThat(stage.steps()).isEmpty();
  }

  @Test
  void triggersOfTheBaseRunRightAfterFromAndOnce() throws Exception {
    graphs.image(
        "trigger",
        "l",
        BASE.withOnBuild(List.of("ARG V=1", "ENV T=$V", "RUN from-trigger", "COPY . /x")));
    Stage stage = stage("FROM trigger AS a", "RUN own", "FROM a", "RUN last");

    Stage first = ((Root.OfStage) stage.root()).stage();
    assertThat(first.steps())
        .extracting(Step::name)
        .containsExactly(
            "[a 2/4] ONBUILD RUN from-trigger", "[a 3/4] ONBUILD COPY . /x", "[a 4/4] RUN own");
    assertThat(first.steps().getFirst().range().startLine()).isEqualTo(1);
    assertThat(first.config().onBuild()).isEmpty();
    assertThat(history(first))
        .containsExactly(
            "(ARG V=1)",
            "(ENV T=1)",
            "RUN |1 V=1 /bin/sh -c from-trigger # buildkit",
            "COPY . /x # buildkit",
            "RUN |1 V=1 /bin/sh -c own # buildkit");
    assertThat(stage.steps()).extracting(Step::source).containsExactly("RUN last");
    assertThat(run(stage).env()).containsEntry("T", "1");
  }

  @Test
  void aStagesTriggersRunInTheStageThatBeginsWithIt() throws Exception {
    Stage stage =
        stage(
            "FROM base:1 AS a", "ONBUILD RUN x", "RUN before", "FROM a AS b", "RUN own", "FROM b");

    Stage middle = ((Root.OfStage) stage.root()).stage();
    assertThat(middle.steps()).extracting(Step::source).containsExactly("RUN x", "RUN own");
    assertThat(stage.steps()).isEmpty();
    assertThat(stage.config().onBuild()).isEmpty();
  }

  @Test
  void triggersCanCopyFromStages() throws Exception {
    graphs.image("trigger", "l", BASE.withOnBuild(List.of("COPY --from=build /a /b")));
    BuildGraph graph = graphs.graph("FROM base:1 AS build\nRUN x\nFROM trigger\n");

    assertThat(graph.stages()).hasSize(2);
    Operation.Copy copy = (Operation.Copy) graph.target().steps().getFirst().operation();
    assertThat(copy.from()).containsInstanceOf(Root.OfStage.class);
  }

  @Test
  void aTriggerCannotReadALaterStage() {
    graphs.image("trigger", "l", BASE.withOnBuild(List.of("COPY --from=1 /a /b")));

    assertThat(told(failure("FROM trigger AS first", "FROM base:1", "FROM first")))
        .startsWith("stage-later 1 cannot copy from stage \"1\"");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "NONSENSE x|dockerfile-unknown-instruction 2 unknown instruction: NONSENSE",
        "COPY x|dockerfile-syntax 2 COPY requires at least two arguments",
        "FROM x|dockerfile-syntax 2 FROM isn't allowed as an ONBUILD trigger",
        "ENV A=${B:?say}|bad-expansion 2 failed to process \"${B:?say}\": B: say",
        "EXPOSE x|bad-port 2 invalid containerPort: x",
      })
  void mistakesOfTriggersAreBlamedOnTheFrom(String trigger, String expected) {
    graphs.image("trigger", "l", BASE.withOnBuild(List.of(trigger)));
    BuildFailure failure = failure("# base", "FROM trigger");

    assertThat(told(failure)).startsWith(expected);
    assertThat(failure.excerpt().orElseThrow()).contains(">>> FROM trigger");
  }
}
