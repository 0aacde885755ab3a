package dev.brickyard.bench;

import dev.brickyard.bench.base.Base;
import dev.brickyard.bench.base.BaseImages;
import dev.brickyard.bench.base.Calibration;
import dev.brickyard.bench.builder.BuildahBuilder;
import dev.brickyard.bench.builder.Builder;
import dev.brickyard.bench.builder.DockerBuilder;
import dev.brickyard.bench.builder.FarmBuilder;
import dev.brickyard.bench.builder.FarmYard;
import dev.brickyard.bench.network.LineCheck;
import dev.brickyard.bench.network.Site;
import dev.brickyard.bench.network.Wan;
import dev.brickyard.bench.project.Case;
import dev.brickyard.bench.project.Project;
import dev.brickyard.bench.report.Machine;
import dev.brickyard.bench.report.Report;
import dev.brickyard.bench.result.Results;
import dev.brickyard.bench.result.Sample;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The program behind {@code bench/run}. */
@Command(
    name = "bench/run",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Measures the farm beside other builders and writes docs/benchmarks.md. Needs root, an idle"
            + " machine and Debian's packages docker.io and buildah.")
public final class Bench implements Callable<Integer> {
  @Option(names = "--runs", paramLabel = "N", description = "How often (default: 3).")
  private int runs = 3;

  @Option(
      names = "--projects",
      split = ",",
      paramLabel = "LIST",
      description = "flask, node, maven, forty, gigabyte, fifty (default: all).")
  private List<Project> projects = List.of(Project.values());

  @Option(
      names = "--cases",
      split = ",",
      paramLabel = "LIST",
      description =
          "cold, same-warm, copy-warm, run-warm, same-empty, copy-empty, run-empty (default: all).")
  private List<Case> cases = List.of(Case.values());

  @Option(
      names = "--network",
      paramLabel = "WHICH",
      description = "loopback, wan or both (default: loopback).")
  private String network = "loopback";

  @Option(
      names = "--peers",
      split = ",",
      paramLabel = "LIST",
      description = "docker, buildah; none measures the farm alone (default: both).")
  private List<String> peers = List.of("docker", "buildah");

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      description = "How long a build may take (default: 300).")
  private int timeout = 300;

  @Option(
      names = "--work",
      paramLabel = "FOLDER",
      description =
          "Where everything is kept meanwhile; only base images stay (default: .yard/bench).")
  private Path work = checkout().resolve(".yard/bench");

  @Option(
      names = "--results",
      paramLabel = "FOLDER",
      description = "Where samples are kept (default: bench/results).")
  private Path results = checkout().resolve("bench/results");

  @Option(
      names = "--page",
      paramLabel = "FILE",
      description = "The page that is written (default: docs/benchmarks.md).")
  private Path page = checkout().resolve("docs/benchmarks.md");

  @Option(
      names = "--quick",
      description = "A look in minutes: one run, and neither the large projects nor buildah.")
  private boolean quick;

  @Option(names = "--add", description = "Keeps what was measured of other projects before.")
  private boolean add;

  @Option(names = "--report-only", description = "Writes the page anew from what was measured.")
  private boolean reportOnly;

  private String command = "bench/run";

  private Bench() {}

  /** Ends with 0 when all was measured, 1 when something prevented that, 2 when not understood. */
  public static void main(String[] arguments) {
    System.setOut(new PrintStream(System.out, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(System.err, true, StandardCharsets.UTF_8));
    Bench bench = new Bench();
    bench.command = String.join(" ", with("bench/run", arguments));
    System.exit(
        new CommandLine(bench)
            .registerConverter(Project.class, Project::of)
            .registerConverter(Case.class, Case::of)
            .setExecutionExceptionHandler(Bench::explain)
            .execute(arguments));
  }

  @Override
  public Integer call() throws IOException, BenchException, InterruptedException {
    if (quick) {
      runs = 1;
      projects = List.of(Project.FLASK, Project.FORTY, Project.FIFTY);
      peers = peers.stream().filter(peer -> !peer.equals("buildah")).toList();
    }
    if (!reportOnly) {
      for (String one : network.equals("both") ? List.of("loopback", "wan") : List.of(network)) {
        measure(one);
      }
    }
    writePage();
    return 0;
  }

  private void measure(String key) throws IOException, BenchException, InterruptedException {
    Set<Case> kept = cases.isEmpty() ? Set.of() : EnumSet.copyOf(cases);
    Path folder = work.toAbsolutePath().normalize();
    Files.createDirectories(folder);
    try (Cleanup cleanup = new Cleanup();
        FileChannel alone =
            FileChannel.open(
                folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      if (alone.tryLock() == null) {
        throw new BenchException("another benchmark uses " + folder);
      }
      List<String> notes = new ArrayList<>(Machine.describe());
      Site site = site(key, cleanup, notes);
      FarmYard yard = cleanup.add(new FarmYard(checkout(), folder.resolve("yard"), site.yard()));
      say("starting the farm, over " + site.title());
      yard.up();
      BaseImages bases = new BaseImages(folder.resolve("base"), Bench::say);
      bases.push(Base.TINY, yard.registry());
      for (Base base : EnumSet.copyOf(projects.stream().map(Project::base).toList())) {
        bases.push(base, yard.registry());
      }
      List<Builder> builders = builders(folder, site, yard, cleanup);
      Map<String, String> versions = new LinkedHashMap<>();
      for (Builder builder : builders) {
        builder.start();
        versions.put(builder.name(), builder.version());
      }
      double load = Machine.load();
      notes.add(Calibration.measure(bases.blob(Base.TINY), folder.resolve("calibration")));
      say(notes.getLast());
      String date = LocalDate.now(ZoneOffset.UTC).toString();
      Measuring measuring =
          new Measuring(
              checkout(),
              folder,
              yard.registry(),
              builders,
              Duration.ofSeconds(timeout),
              Bench::say);
      cleanup.addFolder(folder.resolve("contexts"));
      List<Sample> samples = new ArrayList<>();
      Path file = results.resolve(key + ".json");
      Optional<Results> before =
          add && Files.exists(file) ? Optional.of(Results.read(file)) : Optional.empty();
      if (projects.contains(Project.FLASK)) {
        notes.add(coldWorker(measuring, builders.getFirst()));
      }
      for (int run = 1; run <= runs; run++) {
        for (Project project : projects) {
          samples.addAll(measuring.run(project, run, kept));
          // What was measured is kept even when the rest is never measured.
          Results now = new Results(key, date, command, notes, versions, load, samples);
          (before.isPresent() ? now.with(before.get()) : now).write(file);
        }
      }
    }
  }

  /** What it costs when the worker's JVM has built nothing yet; not part of the tables. */
  private static String coldWorker(Measuring measuring, Builder farm)
      throws IOException, BenchException, InterruptedException {
    String figure =
        farm instanceof FarmBuilder builder ? measuring.coldWorker(Project.FLASK, builder) : "";
    say(figure);
    return figure;
  }

  private Site site(String key, Cleanup cleanup, List<String> notes)
      throws IOException, BenchException, InterruptedException {
    return switch (key) {
      case "loopback" -> Site.LOOPBACK;
      case "wan" -> {
        Site site = cleanup.add(new Wan()).start();
        LineCheck.Figures line = LineCheck.measure(site);
        notes.add(
            String.format(
                Locale.ROOT,
                "the line itself, measured: %.1f ms round trip, %.0f Mbit/s",
                line.roundTripMillis(),
                line.megabitsPerSecond()));
        say(notes.getLast());
        yield site;
      }
      default ->
          throw new BenchException("there is no network \"" + key + "\": loopback, wan, both");
    };
  }

  private List<Builder> builders(Path folder, Site site, FarmYard yard, Cleanup cleanup)
      throws IOException, BenchException {
    List<Builder> builders = new ArrayList<>();
    builders.add(cleanup.add(new FarmBuilder(yard, folder.resolve("contexts"), 5)));
    for (String peer : peers) {
      switch (peer) {
        case "docker" ->
            builders.add(
                cleanup.add(new DockerBuilder(folder.resolve("docker"), site, yard.registry())));
        case "buildah" ->
            builders.add(
                cleanup.add(new BuildahBuilder(folder.resolve("buildah"), site, yard.registry())));
        case "none" -> {}
        default -> throw new BenchException("there is no peer \"" + peer + "\": docker, buildah");
      }
    }
    return builders;
  }

  private void writePage() throws IOException {
    List<Results> measured = new ArrayList<>();
    for (String key : List.of("loopback", "wan")) {
      Path file = results.resolve(key + ".json");
      if (Files.exists(file)) {
        measured.add(Results.read(file));
      }
    }
    Files.writeString(page, new Report(measured).markdown());
    say("written: " + page);
  }

  /** The folder of the project; the launcher says which. */
  private static Path checkout() {
    return Path.of(System.getProperty("brickyard.checkout", ".")).toAbsolutePath().normalize();
  }

  private static List<String> with(String first, String[] rest) {
    List<String> words = new ArrayList<>(List.of(first));
    words.addAll(List.of(rest));
    return words;
  }

  private static void say(String line) {
    System.out.println(line);
  }

  private static int explain(
      Exception problem, CommandLine commandLine, CommandLine.ParseResult parsed) {
    if (problem instanceof InterruptedException) {
      System.err.println("bench: told to end");
    } else if (problem instanceof BenchException) {
      System.err.println("bench: " + problem.getMessage());
    } else {
      System.err.println("bench: this should not have happened:");
      problem.printStackTrace();
    }
    return 1;
  }
}
