package dev.brickyard.engine.graph;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brickyard.engine.image.ContainerConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** WORKDIR: the path it leads to, the directory it makes and whose that is. */
class WorkdirTest extends InstructionFixture {
  @ParameterizedTest
  @CsvSource({
    "/a, /a, /a",
    "sub, /base/sub, /base/sub",
    "../other, /other, /other",
    "sub/, /base/sub, /base/sub",
    "/a/b/, /a/b/, /a/b",
    "/a/../b, /a/../b, /b",
    "$V/x, /base/var/x, /base/var/x",
    "'\"\"', /base, /base",
    "'a dir/with spaces', /base/a dir/with spaces, /base/a dir/with spaces",
  })
  void paths(String written, String config, String made) throws Exception {
    Stage stage = stage("FROM base:1", "ENV V=var", "WORKDIR " + written);

    assertThat(stage.config().workingDir()).isEqualTo(config);
    assertThat(stage.steps().getFirst().operation())
        .isEqualTo(new Operation.MakeDirectory(made, ""));
    assertThat(history(stage).getLast()).isEqualTo("WORKDIR " + config);
  }

  @Test
  void theRootNeedsNoLayer() throws Exception {
    Stage stage = stage("FROM base:1", "WORKDIR /", "WORKDIR ..");

    assertThat(stage.steps()).isEmpty();
    assertThat(stage.config().workingDir()).isEqualTo("/");
    assertThat(history(stage)).containsExactly("(WORKDIR /)", "(WORKDIR /)");
  }

  @Test
  void whatIsMadeBelongsToTheUserOfThatLine() throws Exception {
    Stage stage =
        stage("FROM base:1", "WORKDIR one", "USER mason", "WORKDIR ../two", "USER 0", "RUN x");

    assertThat(stage.steps())
        .extracting(Step::operation)
        .startsWith(
            new Operation.MakeDirectory("/base/one", ""),
            new Operation.MakeDirectory("/base/two", "mason"));
    assertThat(run(stage).workingDir()).isEqualTo("/base/two");
  }

  @Test
  void aBaseWithoutOneStartsAtTheRoot() throws Exception {
    graphs.image("bare", "l", ContainerConfig.EMPTY);

    assertThat(stage("FROM bare", "WORKDIR a").config().workingDir()).isEqualTo("/a");
    assertThat(stage("FROM bare").config().workingDir()).isEmpty();
    assertThat(run(stage("FROM bare", "RUN x")).workingDir()).isEqualTo("/");
  }

  @Test
  void aNulCharacterIsTheUsersMistake() {
    assertThat(told(failure("FROM base:1", "WORKDIR /a\0b")))
        .isEqualTo("bad-path 2 a path cannot hold a NUL character");
  }
}
