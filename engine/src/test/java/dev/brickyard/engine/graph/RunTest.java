package dev.brickyard.engine.graph;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brickyard.engine.dockerfile.CommandLine;
import dev.brickyard.engine.runtime.NetworkMode;
import org.junit.jupiter.api.Test;

/** RUN: the command in all its forms, and what the history tells of it. COPY's history too. */
class RunTest extends InstructionFixture {
  @Test
  void forms() throws Exception {
    assertThat(run(stage("FROM base:1", "RUN echo $A && \\", "  true")).args())
        .containsExactly("/bin/sh", "-c", "echo $A &&   true");
    Stage exec = stage("FROM base:1", "RUN [\"a\", \"$b\"]");
    assertThat(run(exec).args()).containsExactly("a", "$b");
    assertThat(history(exec)).containsExactly("RUN a $b # buildkit");
    Stage empty = stage("FROM base:1", "RUN");
    assertThat(run(empty).args()).containsExactly("/bin/sh", "-c", "");
    assertThat(told(failure("FROM base:1", "RUN []")))
        .isEqualTo("bad-run 2 arguments are required");
    assertThat(told(failure("FROM base:1", "RUN a\0b"))).startsWith("bad-run 2 ");
  }

  @Test
  void heredocs() throws Exception {
    Stage plain = stage("FROM base:1", "RUN <<EOF", "echo one", "echo two", "EOF");
    assertThat(run(plain).args()).containsExactly("/bin/sh", "-c", "echo one\necho two\n");
    assertThat(plain.steps().getFirst().name()).isEqualTo("[2/2] RUN <<EOF (echo one...)");
    assertThat(history(plain)).containsExactly("RUN /bin/sh -c echo one\necho two\n # buildkit");

    Stage script = stage("FROM base:1", "RUN <<-'my.py'", "\t#!/usr/bin/python3", "my.py");
    assertThat(run(script).args()).containsExactly("/dev/pipes/my.py");
    assertThat(run(script).script())
        .contains(new CommandLine.Script("my.py", "#!/usr/bin/python3\n"));
    assertThat(script.steps().getFirst().name())
        .isEqualTo("[2/2] RUN <<-'my.py' (#!/usr/bin/python3)");

    Stage fed = stage("FROM base:1", "RUN cat <<A 3<<-\"B\"", "a", "A", "\tb", "\tB");
    assertThat(run(fed).args()).containsExactly("/bin/sh", "-c", "cat <<A 3<<-\"B\"\na\nA\n\tb\nB");
    assertThat(fed.steps().getFirst().name()).isEqualTo("[2/2] RUN cat <<A 3<<-\"B\"");
  }

  @Test
  void mountsAndNetworkExpandWhereBuildKitDoes() throws Exception {
    Stage stage =
        stage(
            "FROM base:1",
            "ARG T=/cache",
            "RUN --mount=type=cache,target=$T/x --network=none true");

    assertThat(run(stage).mounts().getFirst().mount().toString()).contains("target=/cache/x");
    assertThat(run(stage).network()).isEqualTo(NetworkMode.NONE);
  }

  @Test
  void copysHistoryTellsWhatAndWhere() throws Exception {
    assertThat(
            history(
                stage(
                    "FROM base:1",
                    "ENV D=/dest",
                    "COPY a b* $D/",
                    "ADD --link x \"$D\"",
                    "COPY <<one <<two c /d/",
                    "1",
                    "one",
                    "2",
                    "two")))
        .containsExactly(
            "(ENV D=/dest)",
            "COPY a b* /dest/ # buildkit",
            "ADD x /dest # buildkit",
            "COPY c <<one <<two /d/ # buildkit");
  }
}
