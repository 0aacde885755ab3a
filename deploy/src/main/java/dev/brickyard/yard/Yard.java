package dev.brickyard.yard;

import dev.brickyard.yard.command.DownCommand;
import dev.brickyard.yard.command.LogsCommand;
import dev.brickyard.yard.command.StatusCommand;
import dev.brickyard.yard.command.UpCommand;
import dev.brickyard.yard.configuration.ServiceName;
import dev.brickyard.yard.demo.Demo;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The program behind {@code brickyard up}, {@code down}, {@code status}, {@code logs}. */
@Command(
    name = "brickyard",
    description = "The whole build farm on this machine.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      UpCommand.class,
      DownCommand.class,
      StatusCommand.class,
      LogsCommand.class,
      Demo.class
    })
public final class Yard {
  private Yard() {}

  /** Runs one command and ends with its exit code: 0 done, 1 failed, 2 not understood. */
  public static void main(String[] arguments) {
    // Marks and names are UTF-8 whatever the locale of a bare machine says.
    System.setOut(new PrintStream(System.out, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(System.err, true, StandardCharsets.UTF_8));
    int code =
        new CommandLine(new Yard())
            .registerConverter(ServiceName.class, Yard::serviceName)
            .setExecutionExceptionHandler(Yard::explain)
            .execute(arguments);
    System.exit(code);
  }

  private static ServiceName serviceName(String text) {
    try {
      return new ServiceName(text);
    } catch (IllegalArgumentException e) {
      throw new CommandLine.TypeConversionException(String.valueOf(e.getMessage()));
    }
  }

  private static int explain(
      Exception problem, CommandLine commandLine, CommandLine.ParseResult parsed) {
    if (problem instanceof YardException) {
      System.err.println("brickyard: " + problem.getMessage());
    } else {
      System.err.println("brickyard: this should not have happened:");
      problem.printStackTrace();
    }
    return 1;
  }
}
