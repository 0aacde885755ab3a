package dev.brickyard.yard.command;

import dev.brickyard.yard.LocalYard;
import dev.brickyard.yard.YardException;
import dev.brickyard.yard.YardObserver;
import dev.brickyard.yard.configuration.ServiceName;
import dev.brickyard.yard.configuration.YardConfiguration;
import dev.brickyard.yard.service.Services;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Starts what does not run. */
@Command(
    name = "up",
    mixinStandardHelpOptions = true,
    description = "Starts the yard, or what of it does not run.")
public final class UpCommand implements Callable<Integer> {
  @Mixin private YardOptions options = new YardOptions();

  @Parameters(
      paramLabel = "SERVICE",
      arity = "0..*",
      description = "Only these: postgres, kafka, s3, registry, scheduler, api, worker, worker-2 …")
  private List<ServiceName> services = new ArrayList<>();

  @Override
  public Integer call() throws IOException, YardException, InterruptedException {
    Terminal terminal = Terminal.standard();
    long begun = System.nanoTime();
    LocalYard yard = up(terminal, options.read(), new TreeSet<>(services));
    terminal.line("");
    terminal.line(
        "The yard is up after "
            + Terminal.duration(Duration.ofNanos(System.nanoTime() - begun))
            + ".");
    addresses(yard.configuration()).forEach(terminal::line);
    return 0;
  }

  /** Starts these, or all that are usual when none is named, showing how it goes. */
  public static LocalYard up(
      Terminal terminal, YardConfiguration configuration, SortedSet<ServiceName> named)
      throws IOException, YardException, InterruptedException {
    SortedSet<ServiceName> names =
        named.isEmpty() ? new LocalYard(configuration, YardObserver.SILENT).usual() : named;
    try (ProgressLines lines = new ProgressLines(terminal, names)) {
      LocalYard yard = new LocalYard(configuration, lines);
      yard.up(names);
      return yard;
    }
  }

  /** Where people find things, a line each. */
  public static List<String> addresses(YardConfiguration configuration) {
    return List.of(
        "  api       http://"
            + configuration.network().address()
            + ":"
            + configuration.ports().of(ServiceName.API)
            + "/v1/builds",
        "  registry  " + Services.registryHost(configuration),
        "  data      " + configuration.data());
  }
}
