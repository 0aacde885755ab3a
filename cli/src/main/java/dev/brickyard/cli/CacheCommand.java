package dev.brickyard.cli;

import dev.brickyard.cli.client.CollectionStatus;
import dev.brickyard.cli.client.CollectionStatus.Count;
import dev.brickyard.cli.client.CollectionStatus.Figures;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code brickyard cache}: looks after the farm's cache. */
@Command(
    name = "cache",
    description = "Look after the farm's cache.",
    mixinStandardHelpOptions = true,
    subcommands = CacheCommand.Gc.class)
final class CacheCommand {
  /** {@code brickyard cache gc}: collects garbage now, and says what came of it. */
  @Command(
      name = "gc",
      description = "Collect garbage of the object store now, and wait for the figures.",
      mixinStandardHelpOptions = true)
  static final class Gc implements Callable<Integer> {
    private static final String ROW = "%-12s %10s %12s %10s %12s %10s %12s%n";
    private static final long LOOK_MILLIS = 500;

    @Mixin private ServerOption server = new ServerOption();

    @Option(names = "--dry-run", description = "Remove nothing; say what would be removed.")
    private boolean dryRun;

    @Override
    public Integer call() throws IOException, InterruptedException {
      CollectionStatus collection = server.client().collect(dryRun);
      while (!collection.ended()) {
        TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        collection = server.client().collection(collection.id());
      }
      Map<String, Figures> figures = collection.figures();
      if (figures == null || collection.total() == null) {
        System.err.println("ERROR: the collection failed: " + collection.error());
        return ExitCode.BUILD_FAILED;
      }
      String deleted = dryRun ? "WOULD GO" : "DELETED";
      System.out.printf(ROW, "KIND", "SEEN", "BYTES", deleted, "BYTES", "CANDIDATES", "BYTES");
      new TreeMap<>(figures).forEach(Gc::print);
      print("total", collection.total());
      return ExitCode.OK;
    }

    private static void print(String kind, Figures figures) {
      System.out.printf(
          Locale.ROOT,
          ROW,
          kind,
          figures.seen().objects(),
          bytes(figures.seen()),
          figures.deleted().objects(),
          bytes(figures.deleted()),
          figures.candidates().objects(),
          bytes(figures.candidates()));
    }

    private static String bytes(Count count) {
      return count.bytes() < 1 << 20
          ? count.bytes() + " B"
          : String.format(Locale.ROOT, "%.1f MiB", count.bytes() / (double) (1 << 20));
    }
  }
}
