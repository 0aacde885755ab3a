package dev.brickyard.engine.solve;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.cache.LeaseKey;
import dev.brickyard.engine.runtime.OutputSink;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;

/**
 * Lets a step of one key happen once at a time on this worker, whoever asks for it, and for as long
 * as only this worker knows what came of it: another build waits for the outcome and sees the
 * output. When the one that leads is stopped, one of those waiting takes over; when its step fails,
 * each of them tries for itself, so that nobody fails by another build's misfortune and nobody
 * waits for a row of failures.
 */
final class SharedExecutions {
  /** Does the step; gets interrupted like the thread that brought it. */
  interface Execution {
    /**
     * @param alone true when it has failed elsewhere: not to be waited for once more
     */
    Realised run(OutputSink out, boolean alone) throws Exception;
  }

  private record Underway(CompletableFuture<Realised> outcome, LogRelay output) {}

  private final ConcurrentMap<LeaseKey, Underway> underway = new ConcurrentHashMap<>();

  /**
   * Does the step, or watches who does.
   *
   * @param out gets the output, whoever executes
   * @param watching told before the first output of somebody else's execution
   */
  Realised run(LeaseKey key, OutputSink out, Runnable watching, Execution execution)
      throws Exception {
    while (true) {
      Underway mine = new Underway(new CompletableFuture<>(), new LogRelay());
      mine.output().subscribe(out);
      Underway other = underway.putIfAbsent(key, mine);
      if (other == null) {
        return lead(key, mine, execution);
      }
      watching.run();
      other.output().subscribe(out);
      try {
        return other.outcome().get().watched();
      } catch (ExecutionException e) {
        if (e.getCause() instanceof BuildFailure) {
          return execution.run(out, true);
        }
        // The one who led was stopped: the key is free again, or has a new leader.
      } finally {
        other.output().unsubscribe(out);
      }
    }
  }

  private Realised lead(LeaseKey key, Underway mine, Execution execution) throws Exception {
    Realised realised;
    try {
      realised = execution.run(mine.output(), false);
    } catch (Throwable t) {
      underway.remove(key, mine);
      mine.outcome().completeExceptionally(t);
      throw t;
    }
    switch (realised) {
      case Realised.Executed(StepResult result) -> {
        // Until its record is there for all to find.
        var _ = result.stored().whenComplete((done, failure) -> underway.remove(key, mine));
      }
      case Realised.Found _, Realised.Shared _ -> underway.remove(key, mine);
    }
    mine.outcome().complete(realised);
    return realised;
  }
}
