package dev.brickyard.cli;

import dev.brickyard.cli.client.FarmException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The {@code brickyard} command: builds images on a farm. */
@Command(
    name = "brickyard",
    description = "Builds container images on a Brickyard farm.",
    mixinStandardHelpOptions = true,
    subcommands = {
      BuildCommand.class,
      BuildsCommand.class,
      InspectCommand.class,
      LogsCommand.class,
      CancelCommand.class,
      CacheCommand.class
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      " 0:done",
      " 1:the build failed, or a check found something",
      " 2:the command was not understood or was refused",
      " 3:the build was canceled",
      " 4:the farm could not be reached"
    })
public final class Brickyard {
  private Brickyard() {}

  /** Runs the command and ends the process with its exit code. */
  public static void main(String[] arguments) {
    System.exit(run(arguments));
  }

  /** Runs the command; returns its exit code. */
  static int run(String... arguments) {
    return new CommandLine(new Brickyard())
        .setExecutionExceptionHandler(Brickyard::report)
        .execute(arguments);
  }

  private static int report(Exception e, CommandLine command, CommandLine.ParseResult parsed) {
    command.getErr().println("ERROR: " + e.getMessage());
    command.getErr().flush();
    if (e instanceof FarmException farm) {
      return farm.farmIsAway() ? ExitCode.FARM_UNREACHABLE : ExitCode.USAGE;
    }
    return ExitCode.USAGE;
  }
}
