package dev.brickyard.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code brickyard inspect}: shows all the farm knows of a build, as JSON. */
@Command(name = "inspect", description = "Show a build as JSON.", mixinStandardHelpOptions = true)
final class InspectCommand implements Callable<Integer> {
  @Mixin private ServerOption server = new ServerOption();

  @Parameters(paramLabel = "ID", description = "The build.")
  private @Nullable UUID id;

  @Override
  public Integer call() throws IOException {
    ObjectMapper json = new ObjectMapper();
    System.out.println(
        json.writerWithDefaultPrettyPrinter()
            .writeValueAsString(json.readTree(server.client().text("/v1/builds/" + id))));
    return ExitCode.OK;
  }
}
