package dev.brickyard.engine.solve;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Runs tasks at once; the first failure stops the others. */
final class Parallel {
  private Parallel() {}

  /** What is done with one of several things. */
  interface Action<T> {
    void apply(T thing) throws Exception;
  }

  /** Does the same with each. Returns, or throws, when no thread of it is left. */
  static <T> void each(Collection<T> things, Action<? super T> action) throws Exception {
    List<Callable<Boolean>> tasks = new ArrayList<>();
    for (T thing : things) {
      tasks.add(
          () -> {
            action.apply(thing);
            return true;
          });
    }
    run(tasks);
  }

  /**
   * Runs all tasks, each on a virtual thread. Returns, or throws, when no thread of it is left.
   *
   * @throws Exception what the task that failed first threw
   */
  static <T> void run(Collection<Callable<T>> tasks) throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      ExecutorCompletionService<T> service = new ExecutorCompletionService<>(threads);
      tasks.forEach(service::submit);
      try {
        for (int i = 0; i < tasks.size(); i++) {
          service.take().get();
        }
      } catch (ExecutionException e) {
        threads.shutdownNow();
        throw e.getCause() instanceof Exception cause ? cause : e;
      } catch (InterruptedException e) {
        threads.shutdownNow();
        throw e;
      }
    }
  }
}
