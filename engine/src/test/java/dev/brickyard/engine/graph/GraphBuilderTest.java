package dev.brickyard.engine.graph;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.FailureKind;
import dev.brickyard.engine.image.ContainerConfig;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a graph consists of, and the mistakes of instructions that have no test of their own. */
class GraphBuilderTest {
  private static final ContainerConfig BASE =
      ContainerConfig.EMPTY
          .withEnv("PATH", "/bin")
          .withCmd(List.of("base-cmd"))
          .withWorkingDir("/base");

  private final TestGraphs graphs =
      new TestGraphs().image("base:1", "layer", BASE).image("tool", "tool-layer", BASE);

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
        "RUN --security=insecure true|not-allowed|2",
        "RUN --network=host true|not-allowed|2",
        "RUN --mount=type=tmpfs,target=/ true|bad-mount|2",
        "RUN --mount=type=cache,target=/. true|bad-mount|2",
        "RUN --mount=type=secret,id=s,target=/ true|bad-mount|2",
      })
  void mistakesAreTheUsersAndHaveALine(String line, String code, int at) {
    BuildFailure failure = failureOf(graphs, "FROM base:1 AS self\n" + line + "\n");
    assertThat(failure.code()).isEqualTo(code);
    assertThat(failure.kind()).isEqualTo(FailureKind.USER);
    assertThat(failure.range().orElseThrow().startLine()).isEqualTo(at);
    assertThat(failure.excerpt().orElseThrow()).contains(">>> " + line);
  }
}
