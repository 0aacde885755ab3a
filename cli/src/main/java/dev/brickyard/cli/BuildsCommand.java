package dev.brickyard.cli;

import dev.brickyard.cli.client.BuildStatus;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code brickyard builds}: lists builds, newest first. */
@Command(
    name = "builds",
    description = "List builds, newest first.",
    mixinStandardHelpOptions = true)
final class BuildsCommand implements Callable<Integer> {
  private static final String ROW = "%-36s  %-10s  %-20s  %8s  %s%n";

  @Mixin private ServerOption server = new ServerOption();

  @Option(
      names = {"-n", "--limit"},
      defaultValue = "20",
      description = "How many at most (default: 20).")
  private int limit;

  @Override
  public Integer call() throws IOException {
    System.out.printf(Locale.ROOT, ROW, "ID", "STATE", "CREATED", "TOOK", "IMAGE");
    for (BuildStatus build : server.client().builds(limit).builds()) {
      System.out.printf(
          Locale.ROOT,
          ROW,
          build.id(),
          build.state(),
          build.createdAt().toString().substring(0, 19) + "Z",
          took(build),
          String.join(" ", build.tags()));
    }
    return ExitCode.OK;
  }

  private static String took(BuildStatus build) {
    Instant start = build.startedAt();
    if (start == null) {
      return "-";
    }
    Instant end = build.finishedAt() == null ? Instant.now() : build.finishedAt();
    return String.format(Locale.ROOT, "%.1fs", Duration.between(start, end).toMillis() / 1000.0);
  }
}
