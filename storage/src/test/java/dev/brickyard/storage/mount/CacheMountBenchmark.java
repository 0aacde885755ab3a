package dev.brickyard.storage.mount;

import dev.brickyard.engine.StepId;
import dev.brickyard.engine.cache.BuildCache;
import dev.brickyard.engine.cache.CacheFaults;
import dev.brickyard.engine.cache.CacheScope;
import dev.brickyard.engine.cachemount.CacheMountLease;
import dev.brickyard.engine.cachemount.CacheMounts;
import dev.brickyard.engine.cachemount.MountFigures;
import dev.brickyard.engine.dockerfile.RunMount;
import dev.brickyard.engine.linux.Trees;
import dev.brickyard.storage.object.S3ObjectStore;
import dev.brickyard.storage.testing.S3Server;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Measures a cache mount's way from one worker to another through a real S3 server in this JVM:
 * {@code CacheMountBenchmark <directory to copy>}. Needs root.
 */
public final class CacheMountBenchmark {
  private static final StepId STEP = new StepId("benchmark");
  private static final RunMount.Cache MOUNT =
      new RunMount.Cache(
          "/c",
          "/c",
          RunMount.Sharing.LOCKED,
          false,
          Optional.empty(),
          "",
          OptionalInt.empty(),
          OptionalLong.empty(),
          OptionalLong.empty());

  private CacheMountBenchmark() {}

  public static void main(String[] arguments) throws Exception {
    Path source = Path.of(arguments[0]).toAbsolutePath();
    Path folder = Files.createTempDirectory("brickyard-mounts-");
    try (S3Server server = S3Server.start();
        S3ObjectStore objects = new S3ObjectStore(server.settings("bench"))) {
      for (int round = 0; round < 3; round++) {
        BuildCache cache = BuildCache.of(new CacheScope("round-" + round));
        measure(source, folder.resolve(Integer.toString(round)), cache, objects);
      }
    } finally {
      Trees.delete(folder);
    }
  }

  private static void measure(Path source, Path folder, BuildCache cache, S3ObjectStore objects)
      throws Exception {
    S3CacheMountStore store =
        new S3CacheMountStore(objects, CacheFaults.UNHEARD, Clock.systemUTC());
    try (CacheMounts one = worker(folder.resolve("one"), store);
        CacheMounts two = worker(folder.resolve("two"), store)) {
      try (CacheMountLease lease = one.take(cache, MOUNT, STEP)) {
        long start = System.nanoTime();
        Process cp =
            new ProcessBuilder("cp", "-a", source + "/.", lease.directory().toString())
                .inheritIO()
                .start();
        if (cp.waitFor() != 0) {
          throw new IllegalStateException("cp failed");
        }
        System.out.printf("copied by cp -a in %d ms%n", millis(start));
        lease.worthSaving();
      }
      long start = System.nanoTime();
      one.awaitSaved();
      report("saved", start, one.figures().savedBytes(), one.figures().savedChunks());
      start = System.nanoTime();
      try (CacheMountLease lease = two.take(cache, MOUNT, STEP)) {
        MountFigures figures = two.figures();
        report("restored", start, figures.restoredBytes(), figures.restoredChunks());
        System.out.printf("  %d files%n", figures.restoredFiles());
        Files.writeString(lease.directory().resolve("one-more"), "file");
        lease.worthSaving();
      }
      start = System.nanoTime();
      two.awaitSaved();
      report("saved one more file", start, two.figures().savedBytes(), two.figures().savedChunks());
      start = System.nanoTime();
      one.take(cache, MOUNT, STEP).close();
      report("updated", start, one.figures().restoredBytes(), one.figures().restoredChunks());
      start = System.nanoTime();
      one.take(cache, MOUNT, STEP).close();
      System.out.printf("taken when up to date: %d ms%n", millis(start));
    }
  }

  private static CacheMounts worker(Path data, S3CacheMountStore store) throws Exception {
    return new CacheMounts(data, store, "bench", Clock.systemUTC());
  }

  private static void report(String what, long start, long bytes, long chunks) {
    long millis = millis(start);
    System.out.printf(
        "%s: %d ms, %.1f MB in %d chunks, %.0f MB/s%n",
        what, millis, bytes / 1e6, chunks, bytes / 1e3 / Math.max(1, millis));
  }

  private static long millis(long start) {
    return (System.nanoTime() - start) / 1_000_000;
  }
}
