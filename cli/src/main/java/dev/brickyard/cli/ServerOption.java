package dev.brickyard.cli;

import dev.brickyard.cli.client.FarmClient;
import java.net.URI;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Where the farm is; the same option of every subcommand. */
final class ServerOption {
  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec command;

  @Option(
      names = "--server",
      paramLabel = "URL",
      description = "The farm's address (default: $BRICKYARD_URL, else http://127.0.0.1:8080).")
  private @Nullable String url;

  FarmClient client() {
    String given = url == null ? System.getenv("BRICKYARD_URL") : url;
    String text = given == null || given.isBlank() ? "http://127.0.0.1:8080" : given;
    try {
      URI server = URI.create(text);
      if (server.getHost() != null
          && ("http".equals(server.getScheme()) || "https".equals(server.getScheme()))) {
        return new FarmClient(server);
      }
    } catch (IllegalArgumentException e) {
      // Reported below, with the text.
    }
    CommandSpec spec = command == null ? CommandSpec.create() : command;
    throw new CommandLine.ParameterException(
        spec.commandLine(), "\"" + text + "\" is no farm's address: write http(s)://host[:port]");
  }
}
