package dev.brickyard.cli;

import dev.brickyard.cli.client.BuildFollower;
import dev.brickyard.cli.client.FarmClient;
import dev.brickyard.cli.progress.PlainProgress;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code brickyard logs}: prints a build's log. */
@Command(name = "logs", description = "Print the log of a build.", mixinStandardHelpOptions = true)
final class LogsCommand implements Callable<Integer> {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @Mixin private ServerOption server = new ServerOption();

  @Option(
      names = {"-f", "--follow"},
      description = "Go on until the build ends.")
  private boolean follow;

  @Parameters(paramLabel = "ID", description = "The build.")
  private @Nullable UUID id;

  @Override
  public Integer call() throws IOException, InterruptedException {
    FarmClient farm = server.client();
    UUID build = Objects.requireNonNull(id);
    if (!follow) {
      try (InputStream log = farm.log(build)) {
        log.transferTo(System.out);
      }
      System.out.flush();
      return ExitCode.OK;
    }
    try (BuildFollower follower = new BuildFollower(farm, build, PATIENCE)) {
      new BuildSession(follower, new PlainProgress(System.out)).run();
    }
    return ExitCode.OK;
  }
}
