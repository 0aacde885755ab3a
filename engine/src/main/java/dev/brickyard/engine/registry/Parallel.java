package dev.brickyard.engine.registry;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;

/** Runs transfers side by side on virtual threads. */
final class Parallel {
  private Parallel() {}

  /**
   * Runs all tasks, a few at a time; the first failure interrupts the others, is thrown, and
   * nothing runs any more when this returns or throws.
   */
  static <T> void run(List<Callable<T>> tasks, int atOnce)
      throws RegistryException, InterruptedException {
    Semaphore places = new Semaphore(atOnce);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      CompletionService<T> results = new ExecutorCompletionService<>(threads);
      try {
        for (Callable<T> task : tasks) {
          results.submit(() -> runIn(places, task));
        }
        for (int i = 0; i < tasks.size(); i++) {
          results.take().get();
        }
      } catch (ExecutionException e) {
        switch (e.getCause()) {
          case RegistryException failure -> throw failure;
          case InterruptedException interrupted -> throw interrupted;
          case RuntimeException defect -> throw defect;
          case Error error -> throw error;
          case null, default -> throw new AssertionError(e);
        }
      } finally {
        threads.shutdownNow();
      }
    }
  }

  private static <T> T runIn(Semaphore places, Callable<T> task) throws Exception {
    places.acquire();
    try {
      return task.call();
    } finally {
      places.release();
    }
  }
}
