package dev.brickyard.engine.graph;

import dev.brickyard.engine.dockerfile.CommandLine;
import dev.brickyard.engine.dockerfile.Instruction;
import dev.brickyard.engine.image.Healthcheck;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What HEALTHCHECK leaves in an image; unlike CMD's, its shell form is never SHELL's. */
final class Healthchecks {
  private Healthchecks() {}

  static Healthcheck of(Instruction.Healthcheck check) {
    if (check.command().isEmpty()) {
      return Healthcheck.none();
    }
    return new Healthcheck(
        test(check.command().get()),
        check.interval().orElse(Duration.ZERO),
        check.timeout().orElse(Duration.ZERO),
        check.startPeriod().orElse(Duration.ZERO),
        check.startInterval().orElse(Duration.ZERO),
        check.retries().orElse(0));
  }

  private static List<String> test(CommandLine command) {
    return switch (command) {
      case CommandLine.ShellForm(String text) -> List.of("CMD-SHELL", text);
      case CommandLine.Script script -> List.of("CMD-SHELL", script.content());
      case CommandLine.ExecForm(List<String> arguments) -> {
        List<String> test = new ArrayList<>(List.of("CMD"));
        test.addAll(arguments);
        yield test;
      }
    };
  }
}
