package dev.brickyard.cli;

import dev.brickyard.cli.client.FarmClient;
import java.io.IOException;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Cancels the build when the command is asked to stop (Ctrl-C, a termination signal), and lets it
 * show how the build ends before it goes. Before the build has an id there is nothing to cancel:
 * the farm drops a submission whose connection breaks.
 */
final class Cancellation {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final FarmClient farm;
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile @Nullable UUID build;

  private Cancellation(FarmClient farm) {
    this.farm = farm;
  }

  static Cancellation onShutdown(FarmClient farm) {
    Cancellation cancellation = new Cancellation(farm);
    Runtime.getRuntime().addShutdownHook(new Thread(cancellation::cancel, "cancel"));
    return cancellation;
  }

  /** There is something to cancel now. */
  void started(UUID build) {
    this.build = build;
  }

  /** There is not any more. */
  void ended() {
    build = null;
    ended.countDown();
  }

  private void cancel() {
    UUID running = build;
    if (running == null) {
      return;
    }
    try {
      System.err.println("Canceling build " + running + " …");
      farm.cancel(running);
      ended.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (IOException e) {
      System.err.println("ERROR: the build could not be canceled: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    System.err.flush();
    // The JVM would end with the signal's number; scripts are promised another.
    Runtime.getRuntime().halt(ExitCode.CANCELED);
  }
}
