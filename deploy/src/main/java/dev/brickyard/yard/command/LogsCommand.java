package dev.brickyard.yard.command;

import dev.brickyard.yard.LocalYard;
import dev.brickyard.yard.YardException;
import dev.brickyard.yard.YardObserver;
import dev.brickyard.yard.configuration.ServiceName;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Prints what services said. */
@Command(
    name = "logs",
    mixinStandardHelpOptions = true,
    description = "Prints the logs of services; of all when none is named.")
public final class LogsCommand implements Callable<Integer> {
  private static final long POLL_MILLISECONDS = 200;

  @Mixin private YardOptions options = new YardOptions();

  @Option(
      names = {"-f", "--follow"},
      description = "Goes on as more is written.")
  private boolean follow;

  @Option(
      names = {"-n", "--lines"},
      paramLabel = "N",
      defaultValue = "200",
      description = "How many lines of each to begin with (default: ${DEFAULT-VALUE}).")
  private int lines;

  @Parameters(paramLabel = "SERVICE", arity = "0..*", description = "Only these.")
  private List<ServiceName> services = new ArrayList<>();

  @Override
  public Integer call() throws IOException, YardException, InterruptedException {
    Terminal terminal = Terminal.standard();
    LocalYard yard = new LocalYard(options.read(), YardObserver.SILENT);
    List<ServiceName> names = services.isEmpty() ? List.copyOf(yard.usual()) : services;
    List<LogTail> tails = new ArrayList<>();
    for (ServiceName name : names) {
      String prefix = names.size() == 1 ? "" : terminal.dim("%-10s | ".formatted(name));
      LogTail tail = new LogTail(yard.process(name).log(), prefix, terminal);
      tail.printLast(lines);
      tails.add(tail);
    }
    while (follow) {
      for (LogTail tail : tails) {
        tail.printNew();
      }
      Thread.sleep(POLL_MILLISECONDS);
    }
    return 0;
  }
}
