package dev.brickyard.cli;

import java.io.IOException;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code brickyard cancel}: asks for a build's end. */
@Command(name = "cancel", description = "Cancel a build.", mixinStandardHelpOptions = true)
final class CancelCommand implements Callable<Integer> {
  @Mixin private ServerOption server = new ServerOption();

  @Parameters(paramLabel = "ID", description = "The build.")
  private @Nullable UUID id;

  @Override
  public Integer call() throws IOException {
    server.client().cancel(Objects.requireNonNull(id));
    System.out.println("Canceling build " + id);
    return ExitCode.OK;
  }
}
