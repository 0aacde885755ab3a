package dev.brickyard.bench;

import dev.brickyard.yard.process.Folders;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * What must be ended and removed, the latest first: when the benchmark is done, when it fails, and
 * when it is told to end by a signal. A signal interrupts the thread that measures, which then
 * cleans up as after a failure; the process lives until that is done.
 */
final class Cleanup implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final Deque<AutoCloseable> things = new ArrayDeque<>();
  private final CountDownLatch done = new CountDownLatch(1);
  private final Thread measuring = Thread.currentThread();
  private final Thread hook = new Thread(this::interrupted, "bench-cleanup");

  /** Made and closed by the thread that measures. */
  Cleanup() {
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** To be closed at the end, before all that was added before. */
  <T extends AutoCloseable> T add(T thing) {
    things.push(thing);
    return thing;
  }

  /** To be deleted at the end. */
  void addFolder(Path folder) {
    things.push(() -> Folders.delete(folder));
  }

  @Override
  public void close() {
    // Told to end, the thread is here with its mark of interruption set; now it must work on.
    boolean interrupted = Thread.interrupted();
    while (!things.isEmpty()) {
      try {
        things.pop().close();
      } catch (InterruptedException e) {
        interrupted = true;
      } catch (Exception e) {
        System.err.println("bench: something is left behind: " + e);
      }
    }
    done.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // This process is ending.
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void interrupted() {
    System.err.println("bench: cleaning up …");
    measuring.interrupt();
    try {
      if (!done.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        System.err.println("bench: cleaning up takes too long; something is left behind");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
