package dev.brickyard.engine.solve;

import dev.brickyard.engine.cache.CacheScope;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.runtime.OutputSink;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;

/**
 * Lets a step execute once at a time, whoever asks for it: another build waits for the outcome and
 * sees the output. When the one that executes does not succeed, each of those waiting tries for
 * itself, so that nobody fails by another build's cancel.
 */
final class SharedExecutions {
  /** A content key within a scope. */
  record Key(CacheScope scope, Digest contentKey) {}

  /** Executes the step; gets interrupted like the thread that brought it. */
  interface Execution {
    StepResult run(OutputSink out) throws Exception;
  }

  private record Underway(CompletableFuture<StepResult> outcome, LogRelay output) {}

  private final ConcurrentMap<Key, Underway> underway = new ConcurrentHashMap<>();

  /**
   * @param out gets the output, whoever executes
   */
  StepResult run(Key key, OutputSink out, Execution execution) throws Exception {
    while (true) {
      Underway mine = new Underway(new CompletableFuture<>(), new LogRelay());
      mine.output().subscribe(out);
      Underway other = underway.putIfAbsent(key, mine);
      if (other == null) {
        return lead(key, mine, execution);
      }
      other.output().subscribe(out);
      try {
        return other.outcome().get();
      } catch (ExecutionException e) {
        // The one who led has failed or was cancelled: the key is free again, or has a new leader.
      } finally {
        other.output().unsubscribe(out);
      }
    }
  }

  private StepResult lead(Key key, Underway mine, Execution execution) throws Exception {
    StepResult result;
    try {
      result = execution.run(mine.output());
    } catch (Throwable t) {
      underway.remove(key, mine);
      mine.outcome().completeExceptionally(t);
      throw t;
    }
    underway.remove(key, mine);
    mine.outcome().complete(result);
    return result;
  }
}
