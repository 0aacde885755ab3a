package dev.brickyard.yard.demo;

import dev.brickyard.engine.image.ImageReference;
import dev.brickyard.engine.image.Platform;
import dev.brickyard.yard.LocalYard;
import dev.brickyard.yard.YardException;
import dev.brickyard.yard.base.BaseImage;
import dev.brickyard.yard.command.DownCommand;
import dev.brickyard.yard.command.Terminal;
import dev.brickyard.yard.command.UpCommand;
import dev.brickyard.yard.command.YardOptions;
import dev.brickyard.yard.configuration.ServiceName;
import dev.brickyard.yard.configuration.YardConfiguration;
import dev.brickyard.yard.process.Folders;
import dev.brickyard.yard.process.FreePorts;
import dev.brickyard.yard.service.Emulation;
import dev.brickyard.yard.service.Services;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * Shows the farm at work on one example: cold, run, changed, and on a worker with an empty disk.
 */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    description = "Shows what the farm does, from nothing to a running image.")
public final class Demo implements Callable<Integer> {
  private static final String GREETING = "Hello from an image laid brick by brick";
  private static final ServiceName FIRST = ServiceName.worker(1);
  private static final ServiceName SECOND = ServiceName.worker(2);

  @Mixin private YardOptions options = new YardOptions();

  @Override
  public Integer call() throws IOException, YardException, InterruptedException {
    long begun = System.nanoTime();
    Terminal terminal = Terminal.standard();
    YardConfiguration asked = options.read();

    terminal.heading("1. The yard: the whole farm on this machine");
    LocalYard yard = UpCommand.up(terminal, asked, new TreeSet<>());
    YardConfiguration configuration = yard.configuration();
    UpCommand.addresses(configuration).forEach(terminal::line);

    terminal.heading("2. The base image: " + BaseImage.REFERENCE);
    List<Platform> platforms =
        configuration.platforms().isEmpty() ? Emulation.available() : configuration.platforms();
    String registry = Services.registryHost(configuration);
    new BaseImage(
            registry,
            configuration.data().resolve("base-images"),
            line -> terminal.line("  " + line))
        .ensure(platforms);

    ImageReference image = ImageReference.parse(registry + "/demo/flask-app:latest");
    Path home = Files.createDirectories(configuration.data().resolve("demo"));
    FarmBuild builds = new FarmBuild(configuration, terminal);
    Path example = configuration.checkout().resolve("examples/flask-app");
    terminal.heading("3. A build of examples/flask-app for " + platforms);
    builds.build(image, platforms, example);

    terminal.heading("4. The image, pulled back from the registry and run");
    run(terminal, home, image);

    terminal.heading("5. app.py changed: everything before its COPY is CACHED");
    Path copy = home.resolve("flask-app");
    copy(example, copy);
    change(copy, "Hello again");
    builds.build(image, platforms, copy);
    run(terminal, home, image);

    terminal.heading("   app.py changed again, now on a second worker with an empty disk");
    buildOnEmptyWorker(terminal, configuration, builds, image, platforms, copy);
    run(terminal, home, image);

    terminal.heading(
        "Done after "
            + Terminal.duration(Duration.ofNanos(System.nanoTime() - begun))
            + ". The yard stays up:");
    terminal.line("  ./brickyard build -t " + registry + "/NAME PATH   builds a folder of yours");
    terminal.line("  ./brickyard status | logs [SERVICE]");
    terminal.line("  ./brickyard down                                stops it; add --data to");
    terminal.line("                                                  remove what it keeps, too");
    return 0;
  }

  private static void run(Terminal terminal, Path home, ImageReference image)
      throws IOException, YardException, InterruptedException {
    int port = FreePorts.any();
    long begun = System.nanoTime();
    ImageRun.Answer answer = new ImageRun(home).ask(image, Platform.current(), port);
    terminal.line("  pulled     " + Terminal.bytes(answer.bytesPulled()) + " from " + image);
    terminal.line("  GET        http://127.0.0.1:" + port + "/");
    terminal.line("  answer     " + terminal.green(answer.page()));
    terminal.line("  took       " + Terminal.duration(Duration.ofNanos(System.nanoTime() - begun)));
  }

  /** The first worker rests meanwhile; afterwards everything is as it was. */
  private static void buildOnEmptyWorker(
      Terminal terminal,
      YardConfiguration configuration,
      FarmBuild builds,
      ImageReference image,
      List<Platform> platforms,
      Path folder)
      throws IOException, YardException, InterruptedException {
    SortedSet<ServiceName> resting =
        new TreeSet<>(
            new LocalYard(configuration, dev.brickyard.yard.YardObserver.SILENT)
                .wanted().stream().filter(name -> name.workerNumber() > 0).toList());
    DownCommand.down(terminal, configuration, resting);
    Path disk = configuration.data().resolve(SECOND.value());
    Folders.delete(disk);
    UpCommand.up(terminal, configuration, new TreeSet<>(List.of(SECOND)));
    try {
      change(folder, "Hello from an empty disk");
      builds.build(image, platforms, folder);
      terminal.line(
          "  disks      the new worker's holds %s after this, the first one's %s"
              .formatted(
                  Terminal.bytes(Folders.size(disk.resolve("disk"))),
                  Terminal.bytes(
                      Folders.size(configuration.data().resolve(FIRST.value()).resolve("disk")))));
    } finally {
      if (!resting.contains(SECOND)) {
        DownCommand.down(terminal, configuration, new TreeSet<>(List.of(SECOND)));
        Folders.delete(disk);
      }
      UpCommand.up(terminal, configuration, resting);
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    Folders.delete(to);
    Files.createDirectories(to);
    try (var files = Files.list(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
  }

  /** A greeting that no earlier build had, so that the last COPY has something to do. */
  private static void change(Path folder, String words) throws IOException {
    Path program = folder.resolve("app.py");
    String time =
        LocalTime.now(java.time.ZoneId.systemDefault()).truncatedTo(ChronoUnit.MILLIS).toString();
    String changed =
        Files.readString(program)
            .replaceFirst("(?m)^GREETING = .*$", "GREETING = \"" + words + ", " + time + "\"");
    if (!changed.contains(words)) {
      throw new IllegalStateException(program + " has no line GREETING = \"" + GREETING + "\"");
    }
    Files.writeString(program, changed);
  }
}
