package dev.brickyard.cli;

import dev.brickyard.cli.client.BuildFollower;
import dev.brickyard.cli.client.BuildStatus;
import dev.brickyard.cli.client.FarmClient;
import dev.brickyard.cli.client.FarmException;
import dev.brickyard.cli.client.FormPart;
import dev.brickyard.cli.client.Problem;
import dev.brickyard.cli.progress.PlainProgress;
import dev.brickyard.cli.progress.Progress;
import dev.brickyard.cli.progress.Summary;
import dev.brickyard.cli.progress.TerminalProgress;
import dev.brickyard.cli.progress.TerminalSize;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code brickyard build}: sends a folder to the farm and shows the build until it ends. */
@Command(
    name = "build",
    description = "Build an image from a folder and push it.",
    mixinStandardHelpOptions = true)
final class BuildCommand implements Callable<Integer> {
  /** How long the farm may be away before a follower gives up. */
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** How the progress is shown. */
  enum Display {
    auto,
    tty,
    plain
  }

  @Mixin private ServerOption server = new ServerOption();

  @Option(
      names = {"-t", "--tag"},
      required = true,
      paramLabel = "NAME",
      description = "Name of the image, such as registry.example/team/app:1. May be repeated.")
  private List<String> tags = List.of();

  @Option(
      names = "--platform",
      split = ",",
      paramLabel = "OS/ARCH",
      description = "Platforms to build for; the farm's own when none is given.")
  private List<String> platforms = List.of();

  @Option(
      names = {"-f", "--file"},
      paramLabel = "FILE",
      description = "The Dockerfile (default: PATH/Dockerfile); - for standard input.")
  private @Nullable String file;

  @Option(
      names = "--build-arg",
      paramLabel = "NAME[=VALUE]",
      description = "Sets an ARG; without a value it is taken from the environment.")
  private List<String> buildArgs = List.of();

  @Option(names = "--label", paramLabel = "NAME=VALUE", description = "Labels the image.")
  private List<String> labels = List.of();

  @Option(names = "--target", paramLabel = "STAGE", description = "The stage to build.")
  private @Nullable String target;

  @Option(names = "--no-cache", description = "Run every step, whatever the cache holds.")
  private boolean noCache;

  @Option(
      names = "--no-cache-filter",
      split = ",",
      paramLabel = "STAGE",
      description = "Run every step of these stages, whatever the cache holds.")
  private List<String> noCacheStages = List.of();

  @Option(
      names = "--secret",
      paramLabel = "id=ID[,src=FILE|,env=NAME]",
      description = "A secret for RUN --mount=type=secret, from a file or a variable.")
  private List<String> secrets = List.of();

  @Option(
      names = "--ssh",
      paramLabel = "ID=KEY[,KEY]",
      description = "Private keys for RUN --mount=type=ssh, such as default=~/.ssh/id_ed25519.")
  private List<String> sshKeys = List.of();

  @Option(
      names = "--network",
      paramLabel = "MODE",
      description = "The network of RUN: default, none, or host where the farm allows it.")
  private @Nullable String network;

  @Option(
      names = "--add-host",
      paramLabel = "NAME=ADDRESS",
      description = "Adds a line to the /etc/hosts of RUN.")
  private List<String> hosts = List.of();

  @Option(names = "--shm-size", paramLabel = "SIZE", description = "The /dev/shm of RUN.")
  private @Nullable String shmSize;

  @Option(
      names = "--ulimit",
      paramLabel = "TYPE=SOFT[:HARD]",
      description = "A limit for the processes of RUN.")
  private List<String> ulimits = List.of();

  @Option(names = "--project", paramLabel = "NAME", description = "The project it belongs to.")
  private @Nullable String project;

  @Option(
      names = "--cache-scope",
      paramLabel = "NAME",
      description = "A branch or fork: reads the project's cache and writes one of its own.")
  private @Nullable String cacheScope;

  @Option(
      names = "--progress",
      paramLabel = "HOW",
      defaultValue = "auto",
      description = "auto, tty or plain (default: auto).")
  private Display display = Display.auto;

  @Option(names = "--iidfile", paramLabel = "FILE", description = "Write the digest to a file.")
  private @Nullable Path iidFile;

  @Parameters(
      paramLabel = "PATH",
      description = "The folder, or - for an archive on standard input.")
  private String path = "";

  @Override
  public Integer call() throws IOException, InterruptedException {
    Instant began = Instant.now();
    BuildContextSource context;
    List<FormPart> parts;
    try {
      parts = SecretOptions.read(secrets, sshKeys, System::getenv);
      context = BuildContextSource.of(path, file, System.in);
    } catch (IOException e) {
      System.err.println("ERROR: " + e.getMessage());
      return ExitCode.USAGE;
    }
    FarmClient farm = server.client();
    Cancellation cancellation = Cancellation.onShutdown(farm);
    BuildStatus build;
    try (InputStream content = context.content()) {
      build = farm.submit(parameters(context), parts, content);
    } catch (FarmException e) {
      return refused(e, context);
    }
    cancellation.started(build.id());
    try (BuildFollower follower = new BuildFollower(farm, build.id(), PATIENCE)) {
      Progress progress = progress();
      BuildSession.Ending ending = new BuildSession(follower, progress).run();
      return report(ending, build, progress, context, Duration.between(began, Instant.now()));
    } catch (FarmException e) {
      System.err.println("ERROR: " + e.getMessage());
      System.err.println("The build may go on: brickyard inspect " + build.id());
      return ExitCode.FARM_UNREACHABLE;
    } finally {
      cancellation.ended();
    }
  }

  private List<Map.Entry<String, String>> parameters(BuildContextSource context) {
    List<Map.Entry<String, String>> parameters = new ArrayList<>();
    tags.forEach(tag -> parameters.add(Map.entry("tag", tag)));
    platforms.forEach(platform -> parameters.add(Map.entry("platform", platform)));
    String dockerfile = context.dockerfile();
    if (dockerfile != null) {
      parameters.add(Map.entry("file", dockerfile));
    }
    if (target != null) {
      parameters.add(Map.entry("target", target));
    }
    buildArgs.forEach(
        argument -> {
          String value = System.getenv(argument);
          if (argument.indexOf('=') >= 0) {
            parameters.add(Map.entry("build-arg", argument));
          } else if (value != null) {
            parameters.add(Map.entry("build-arg", argument + "=" + value));
          }
        });
    labels.forEach(
        label -> parameters.add(Map.entry("label", label.indexOf('=') < 0 ? label + "=" : label)));
    if (noCache) {
      parameters.add(Map.entry("no-cache", "true"));
    }
    noCacheStages.forEach(stage -> parameters.add(Map.entry("no-cache-filter", stage)));
    if (network != null) {
      parameters.add(Map.entry("network", network));
    }
    hosts.forEach(host -> parameters.add(Map.entry("add-host", host)));
    if (shmSize != null) {
      parameters.add(Map.entry("shm-size", shmSize));
    }
    ulimits.forEach(limit -> parameters.add(Map.entry("ulimit", limit)));
    if (project != null) {
      parameters.add(Map.entry("project", project));
    }
    if (cacheScope != null) {
      parameters.add(Map.entry("cache-scope", cacheScope));
    }
    return parameters;
  }

  private static int refused(FarmException e, BuildContextSource context) {
    Problem problem = e.problem().orElse(null);
    if (problem != null) {
      String file =
          problem.file() == null || context.shownAs() == null ? problem.file() : context.shownAs();
      Summary.place(file, problem.line(), problem.column(), problem.excerpt(), System.err);
    }
    System.err.println("ERROR: " + e.getMessage());
    if (e.farmIsAway()) {
      return ExitCode.FARM_UNREACHABLE;
    }
    // What is wrong with a Dockerfile is the build's failure; the rest is how we were called.
    return problem != null && problem.line() != null ? ExitCode.BUILD_FAILED : ExitCode.USAGE;
  }

  private Progress progress() {
    boolean terminal =
        switch (display) {
          case auto -> Terminals.isTerminal(Terminals.STANDARD_ERROR);
          case tty -> true;
          case plain -> false;
        };
    PrintStream out = System.err;
    return terminal
        ? new TerminalProgress(
            out,
            TerminalSize.ofTerminal(),
            System.getenv("NO_COLOR") == null,
            InstantSource.system())
        : new PlainProgress(out);
  }

  private int report(
      BuildSession.Ending ending,
      BuildStatus build,
      Progress progress,
      BuildContextSource context,
      Duration took)
      throws IOException {
    return switch (ending.outcome()) {
      case SUCCEEDED -> {
        String digest = ending.digest() == null ? "" : ending.digest();
        new Summary(progress.view())
            .success(build.tags().isEmpty() ? tags : build.tags(), digest, took, System.out);
        if (iidFile != null) {
          Files.writeString(iidFile, digest);
        }
        yield ExitCode.OK;
      }
      case FAILED -> {
        if (ending.failure() == null) {
          System.err.println("ERROR: the build failed");
        } else {
          Summary.failure(ending.failure(), context.shownAs(), System.err);
        }
        yield ExitCode.BUILD_FAILED;
      }
      case CANCELED -> {
        System.err.println("The build was canceled.");
        yield ExitCode.CANCELED;
      }
    };
  }
}
