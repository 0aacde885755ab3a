package dev.brickyard.yard.command;

import dev.brickyard.yard.LocalYard;
import dev.brickyard.yard.YardException;
import dev.brickyard.yard.YardObserver;
import dev.brickyard.yard.configuration.ServiceName;
import dev.brickyard.yard.configuration.YardConfiguration;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Stops what runs. */
@Command(
    name = "down",
    mixinStandardHelpOptions = true,
    description = "Stops the yard; no process, mount or cgroup of it stays.")
public final class DownCommand implements Callable<Integer> {
  @Mixin private YardOptions options = new YardOptions();

  @Option(
      names = "--data",
      description = "Removes the data folder as well: images, cache, history.")
  private boolean deleteData;

  @Parameters(paramLabel = "SERVICE", arity = "0..*", description = "Only these.")
  private List<ServiceName> services = new ArrayList<>();

  @Override
  public Integer call() throws IOException, YardException, InterruptedException {
    Terminal terminal = Terminal.standard();
    YardConfiguration configuration = options.read();
    SortedSet<ServiceName> wanted = new LocalYard(configuration, YardObserver.SILENT).wanted();
    SortedSet<ServiceName> names = services.isEmpty() ? wanted : new TreeSet<>(services);
    down(terminal, configuration, names);
    LocalYard yard = new LocalYard(configuration, YardObserver.SILENT);
    if (deleteData) {
      yard.deleteData();
      terminal.line("The yard is down and " + configuration.data() + " is removed.");
    } else if (yard.wanted().isEmpty()) {
      terminal.line(
          wanted.isEmpty()
              ? "The yard was down already."
              : "The yard is down. Its data stays in " + configuration.data() + ".");
    }
    return 0;
  }

  /** Stops these, showing how it goes. */
  public static void down(
      Terminal terminal, YardConfiguration configuration, SortedSet<ServiceName> names)
      throws IOException, YardException, InterruptedException {
    try (ProgressLines lines = new ProgressLines(terminal, new TreeSet<>())) {
      new LocalYard(configuration, lines).down(names);
    }
  }
}
