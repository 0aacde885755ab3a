package dev.brickyard.yard.command;

import dev.brickyard.yard.LocalYard;
import dev.brickyard.yard.ServiceStatus;
import dev.brickyard.yard.YardException;
import dev.brickyard.yard.YardObserver;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Says how each service is. */
@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    description = "Shows how each service is. Exit code 0: all work; 3: some do not; 4: none runs.")
public final class StatusCommand implements Callable<Integer> {
  private static final String ROW = "%-11s %-9s %-12s %-11s %-13s %s";

  @Mixin private YardOptions options = new YardOptions();

  @Override
  public Integer call() throws IOException, YardException, InterruptedException {
    Terminal terminal = Terminal.standard();
    LocalYard yard = new LocalYard(options.read(), YardObserver.SILENT);
    List<ServiceStatus> all = yard.status(yard.usual());
    if (all.stream().noneMatch(status -> status.pid().isPresent()) && yard.wanted().isEmpty()) {
      terminal.line("The yard is down. Start it with: brickyard up");
      return 4;
    }
    terminal.line(
        terminal.bold(ROW.formatted("SERVICE", "PID", "PORT", "MEMORY", "UPTIME", "HEALTH")));
    for (ServiceStatus status : all) {
      String health =
          status.healthy()
              ? terminal.green("works")
              : terminal.red(
                  status.ailment().map(text -> text.lines().findFirst().orElse("")).orElse("down"));
      boolean runs = status.pid().isPresent();
      terminal.line(
          ROW.formatted(
              status.name(),
              status.pid().map(String::valueOf).orElse("-"),
              status.ports().values().stream()
                  .map(String::valueOf)
                  .collect(Collectors.joining(",")),
              runs ? Terminal.bytes(status.memoryBytes()) : "-",
              runs ? Terminal.duration(status.uptime()) : "-",
              health));
    }
    return all.stream().allMatch(ServiceStatus::healthy) ? 0 : 3;
  }
}
