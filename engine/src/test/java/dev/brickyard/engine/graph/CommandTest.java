package dev.brickyard.engine.graph;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** CMD, ENTRYPOINT, SHELL and HEALTHCHECK: how the image's containers are started and watched. */
class CommandTest extends InstructionFixture {
  @Test
  void variablesAreTheShellsBusiness() throws Exception {
    Stage stage =
        stage("FROM base:1", "ENV A=1", "CMD echo $A", "ENTRYPOINT [\"$A\"]", "HEALTHCHECK CMD $A");

    assertThat(stage.config().cmd()).containsExactly("/bin/sh", "-c", "echo $A");
    assertThat(stage.config().entrypoint()).containsExactly("$A");
    assertThat(stage.config().healthcheck().orElseThrow().test())
        .containsExactly("CMD-SHELL", "$A");
  }

  @Test
  void everyCmdIsMarkedAsBuildKitDoes() throws Exception {
    assertThat(stage("FROM base:1", "CMD x").config().argsEscaped()).isTrue();
    assertThat(stage("FROM base:1", "CMD [\"x\"]").config().argsEscaped()).isTrue();
    assertThat(stage("FROM base:1", "ENTRYPOINT x").config().argsEscaped()).isFalse();
    assertThat(stage("FROM base:1").config().argsEscaped()).isFalse();
  }

  @Test
  void entrypointResetsAnInheritedCommandOnly() throws Exception {
    assertThat(stage("FROM base:1", "ENTRYPOINT [\"e\"]").config().cmd()).isEmpty();
    assertThat(stage("FROM base:1", "CMD [\"c\"]", "ENTRYPOINT [\"e\"]").config().cmd())
        .containsExactly("c");
    assertThat(stage("FROM base:1 AS a", "CMD [\"c\"]", "FROM a", "ENTRYPOINT e").config().cmd())
        .isEmpty();
    assertThat(stage("FROM base:1").config().cmd()).containsExactly("base-cmd");
  }

  @Test
  void emptyCommands() throws Exception {
    Stage none = stage("FROM base:1", "CMD []", "ENTRYPOINT []");
    assertThat(none.config().cmd()).isEmpty();
    assertThat(none.config().entrypoint()).isEmpty();
    assertThat(history(none)).containsExactly("(CMD [])", "(ENTRYPOINT [])");

    Stage bare = stage("FROM base:1", "CMD", "ENTRYPOINT");
    assertThat(bare.config().cmd()).containsExactly("/bin/sh", "-c", "");
    assertThat(history(bare))
        .containsExactly(
            "(CMD [\"/bin/sh\" \"-c\" \"\"])", "(ENTRYPOINT [\"/bin/sh\" \"-c\" \"\"])");
  }

  @Test
  void theHistoryQuotesLikeGo() throws Exception {
    Stage stage =
        stage("FROM base:1", "CMD [\"a\", \"b\\\"c\", \"\\u0001\\t\\u00e9\\u200b\\ud83d\\ude80\"]");

    assertThat(history(stage).getLast())
        .isEqualTo("(CMD [\"a\" \"b\\\"c\" \"\\x01\\té\\u200b\uD83D\uDE80\"])");
  }

  @Test
  void theShellHoldsFromWhereItStands() throws Exception {
    Stage stage =
        stage(
            "FROM base:1",
            "CMD first",
            "SHELL [\"/bin/bash\", \"-ec\"]",
            "RUN x",
            "CMD second",
            "ENTRYPOINT third",
            "HEALTHCHECK CMD fourth");

    assertThat(run(stage).args()).containsExactly("/bin/bash", "-ec", "x");
    assertThat(stage.config().cmd()).containsExactly("/bin/bash", "-ec", "second");
    assertThat(stage.config().entrypoint()).containsExactly("/bin/bash", "-ec", "third");
    assertThat(stage.config().shell()).containsExactly("/bin/bash", "-ec");
    assertThat(history(stage))
        .startsWith(
            "(CMD [\"/bin/sh\" \"-c\" \"first\"])",
            "(SHELL [/bin/bash -ec])",
            "RUN /bin/bash -ec x # buildkit");
    assertThat(stage("FROM base:1 AS a", "SHELL [\"s\"]", "FROM a", "CMD x").config().cmd())
        .containsExactly("s", "x");
  }

  @Test
  void healthcheck() throws Exception {
    Stage stage =
        stage(
            "FROM base:1",
            "HEALTHCHECK --interval=1h30m0.5s --timeout=250ms --start-period=1m"
                + " --start-interval=1.5s --retries=3 CMD curl -f \"http://x\" || exit 1");

    assertThat(history(stage))
        .containsExactly(
            "(HEALTHCHECK {Test:[CMD-SHELL curl -f \"http://x\" || exit 1] Interval:1h30m0.5s"
                + " Timeout:250ms StartPeriod:1m0s StartInterval:1.5s Retries:3})");
    assertThat(history(stage("FROM base:1", "HEALTHCHECK cmd [\"a\", \"b\"]")))
        .containsExactly(
            "(HEALTHCHECK {Test:[CMD a b] Interval:0s Timeout:0s StartPeriod:0s StartInterval:0s"
                + " Retries:0})");
    Stage off = stage("FROM base:1", "HEALTHCHECK --interval=5s none");
    assertThat(off.config().healthcheck().orElseThrow().test()).containsExactly("NONE");
    assertThat(history(off)).first().asString().startsWith("(HEALTHCHECK {Test:[NONE] Interval:0s");
  }
}
