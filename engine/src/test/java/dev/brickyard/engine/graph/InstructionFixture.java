package dev.brickyard.engine.graph;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.BuildRequest;
import dev.brickyard.engine.image.ContainerConfig;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the tests of single instructions have in common: Dockerfiles to stages. */
abstract class InstructionFixture {
  /** The image {@code base:1}. */
  static final ContainerConfig BASE =
      ContainerConfig.EMPTY
          .withEnv("PATH", "/bin")
          .withCmd(List.of("base-cmd"))
          .withWorkingDir("/base");

  final TestGraphs graphs = new TestGraphs().image("base:1", "layer", BASE);

  /** The last stage. */
  Stage stage(String... lines) throws Exception {
    return graphs.graph(String.join("\n", lines) + "\n").target();
  }

  /** The last stage, with build arguments. */
  Stage stageWith(Map<String, String> args, String... lines) throws Exception {
    return graphs.graph(request(args, lines)).target();
  }

  static BuildRequest request(Map<String, String> args, String... lines) {
    return TestGraphs.request(String.join("\n", lines) + "\n", args, Optional.empty());
  }

  /** The last step, a RUN. */
  static Operation.Run run(Stage stage) {
    return (Operation.Run) stage.steps().getLast().operation();
  }

  /** The history of the stage's own instructions; those without a layer in brackets. */
  static List<String> history(Stage stage) {
    return stage.history().stream()
        .map(note -> note.step().isPresent() ? note.createdBy() : "(" + note.createdBy() + ")")
        .toList();
  }

  /** How building these lines fails. */
  BuildFailure failure(String... lines) {
    return failureWith(Map.of(), lines);
  }

  BuildFailure failureWith(Map<String, String> args, String... lines) {
    try {
      graphs.graph(request(args, lines));
    } catch (BuildFailure e) {
      return e;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
    throw new AssertionError("no failure");
  }

  /** Code, line and sentence of a failure. */
  static String told(BuildFailure failure) {
    return failure.code()
        + " "
        + failure.range().map(range -> range.startLine()).orElse(0)
        + " "
        + failure.sentence();
  }
}
