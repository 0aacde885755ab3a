package dev.brickyard.engine.dockerfile;

import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The long run of {@link DockerfileFuzzTest}, to be started by hand: {@code DockerfileFuzz [minutes
 * [seed]]}. Uses every processor, prints what it has tried every minute, and ends with an error and
 * the Dockerfile that surprised it, if one does.
 */
public final class DockerfileFuzz {
  private static final int BATCH = 1000;

  private DockerfileFuzz() {}

  /** Arguments: minutes, by default 10; a seed, by default one that no other run has. */
  public static void main(String[] args) throws Exception {
    double minutes = args.length > 0 ? Double.parseDouble(args[0]) : 10;
    long seed = args.length > 1 ? Long.parseLong(args[1]) : System.nanoTime();
    PrintStream out = System.out;
    out.printf("fuzzing the Dockerfile parser for %s minutes, seed %d%n", minutes, seed);
    long end = System.nanoTime() + (long) (minutes * Duration.ofMinutes(1).toNanos());
    AtomicLong tried = new AtomicLong();
    AtomicLong parsed = new AtomicLong();
    List<Throwable> surprises = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
      FuzzCorpus corpus = FuzzCorpus.of(seed + i);
      Thread thread =
          new Thread(
              () -> {
                while (System.nanoTime() < end && surprises.isEmpty()) {
                  for (int round = 0; round < BATCH; round++) {
                    if (FuzzCorpus.check(corpus.next())) {
                      parsed.incrementAndGet();
                    }
                    tried.incrementAndGet();
                  }
                }
              });
      thread.setUncaughtExceptionHandler(
          (failed, surprise) -> {
            synchronized (surprises) {
              surprises.add(surprise);
            }
          });
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      while (!thread.join(Duration.ofMinutes(1))) {
        out.printf("%,d inputs, %,d of them Dockerfiles%n", tried.get(), parsed.get());
      }
    }
    if (!surprises.isEmpty()) {
      surprises.getFirst().printStackTrace(out);
      System.exit(1);
    }
    out.printf("done: %,d inputs, no surprise%n", tried.get());
  }
}
