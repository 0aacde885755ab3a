package dev.brickyard.yard.demo;

import dev.brickyard.engine.image.ImageReference;
import dev.brickyard.engine.image.Platform;
import dev.brickyard.yard.YardException;
import dev.brickyard.yard.command.Terminal;
import dev.brickyard.yard.configuration.ServiceName;
import dev.brickyard.yard.configuration.YardConfiguration;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** Builds through the farm's command line client, exactly as a user would, on this terminal. */
final class FarmBuild {
  private final YardConfiguration configuration;
  private final Terminal terminal;

  FarmBuild(YardConfiguration configuration, Terminal terminal) {
    this.configuration = configuration;
    this.terminal = terminal;
  }

  /** Builds the folder and pushes it under the name; returns when that is done. */
  void build(ImageReference image, List<Platform> platforms, Path folder)
      throws IOException, YardException, InterruptedException {
    List<String> arguments =
        List.of(
            "build",
            "-t",
            image.toString(),
            "--platform",
            platforms.stream().map(Platform::toString).collect(Collectors.joining(",")),
            folder.toString());
    terminal.line(terminal.dim("$ ./brickyard " + String.join(" ", arguments)));
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.brickyard.cli.Brickyard")
            .inheritIO();
    builder.command().addAll(arguments);
    builder
        .environment()
        .put("BRICKYARD_URL", "http://127.0.0.1:" + configuration.ports().of(ServiceName.API));
    int code = builder.start().waitFor();
    if (code != 0) {
      throw new YardException("the build failed, see above");
    }
  }
}
