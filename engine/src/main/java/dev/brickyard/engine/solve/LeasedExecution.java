package dev.brickyard.engine.solve;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.FailureKind;
import dev.brickyard.engine.StepId;
import dev.brickyard.engine.cache.LeaseKey;
import dev.brickyard.engine.cache.StepLeases;
import dev.brickyard.engine.cache.StepLeases.Ending;
import dev.brickyard.engine.cache.StepLeases.Granted;
import dev.brickyard.engine.cache.StepLeases.HeldElsewhere;
import dev.brickyard.engine.cache.StepLeases.Lease;
import dev.brickyard.engine.cache.StepRecord;
import dev.brickyard.engine.runtime.OutputSink;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One step of one build, done once in the whole farm: found, or executed under a lease, or watched
 * while another build executes it. While it watches, it holds nothing that others could wait for.
 */
final class LeasedExecution {
  /** Looks for the step's record. */
  @FunctionalInterface
  interface Lookup {
    Optional<StepRecord> find() throws Exception;
  }

  /** Executes the step. */
  @FunctionalInterface
  interface Execution {
    StepResult run(OutputSink out) throws Exception;
  }

  private static final Logger LOG = LoggerFactory.getLogger(LeasedExecution.class);

  private final StepLeases leases;
  private final LeaseKey key;
  private final StepId step;
  private final Lookup lookup;
  private final Execution execution;
  private final Runnable watching;

  /**
   * @param watching told before the first output of somebody else's execution
   */
  LeasedExecution(
      StepLeases leases,
      LeaseKey key,
      StepId step,
      Lookup lookup,
      Execution execution,
      Runnable watching) {
    this.leases = leases;
    this.key = key;
    this.step = step;
    this.lookup = lookup;
    this.execution = execution;
    this.watching = watching;
  }

  /**
   * Sees to it that the step is done.
   *
   * @param alone true when it has failed elsewhere: not to be waited for
   */
  Realised run(OutputSink out, boolean alone) throws Exception {
    boolean waits = !alone;
    while (true) {
      CompletableFuture<Lease> asked = ask();
      Lease lease;
      try {
        // Both at once. What is found need not be leased; and what is not found now can have come
        // since only if the lease says that somebody held it.
        Optional<StepRecord> found = lookup.find();
        if (found.isPresent()) {
          giveBack(asked);
          return new Realised.Found(found.get());
        }
        lease = answer(asked);
      } catch (Throwable t) {
        giveBack(asked);
        throw t;
      }
      switch (lease) {
        case Granted granted -> {
          return holding(granted, out);
        }
        case HeldElsewhere held -> {
          if (!waits) {
            return new Realised.Executed(execution.run(out));
          }
          Watched watched = watch(held, out);
          if (watched.left().isPresent()) {
            return new Realised.Found(watched.left().get());
          }
          waits = !watched.failed();
        }
      }
    }
  }

  private CompletableFuture<Lease> ask() {
    CompletableFuture<Lease> asked = new CompletableFuture<>();
    Thread.ofVirtual()
        .name("lease-" + step)
        .start(
            () -> {
              try {
                asked.complete(leases.acquire(key, step));
              } catch (Throwable t) {
                asked.completeExceptionally(t);
              }
            });
    return asked;
  }

  private static Lease answer(CompletableFuture<Lease> asked) throws Exception {
    try {
      return asked.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }

  private static void giveBack(CompletableFuture<Lease> asked) {
    var _ =
        asked.thenAccept(
            lease -> {
              if (lease instanceof Granted granted) {
                granted.close();
              }
            });
  }

  private Realised holding(Granted lease, OutputSink out) throws Exception {
    StepResult result;
    try {
      if (lease.contested()) {
        Optional<StepRecord> found = lookup.find();
        if (found.isPresent()) {
          lease.close();
          return new Realised.Found(found.get());
        }
      }
      result = execution.run(out);
    } catch (BuildFailure e) {
      if (e.kind() == FailureKind.FARM) {
        lease.close();
      } else {
        lease.failed();
      }
      throw e;
    } catch (Throwable t) {
      lease.close();
      throw t;
    }
    var _ = result.stored().whenComplete((done, failure) -> lease.close());
    return new Realised.Executed(result);
  }

  /**
   * How another build's execution ended.
   *
   * @param left its record, if there is one
   * @param failed whether the step's command or the like was to blame when there is none
   */
  private record Watched(Optional<StepRecord> left, boolean failed) {}

  private Watched watch(HeldElsewhere held, OutputSink out) throws Exception {
    watching.run();
    say(out, "build " + held.holder() + " runs this step already; its output follows");
    while (true) {
      Ending ending = held.follow(out);
      Optional<StepRecord> left = lookup.find();
      if (left.isPresent()) {
        if (ending == Ending.STILL_HELD) {
          // About to be given back, once all that the step said is there to be heard.
          ending = held.follow(out);
          LOG.debug("the lease of {} is {}", step, ending);
        }
        return new Watched(left, false);
      }
      switch (ending) {
        case STILL_HELD -> {}
        case GONE -> {
          say(out, "build " + held.holder() + " stopped before it had finished the step");
          return new Watched(Optional.empty(), false);
        }
        case FAILED -> {
          say(out, "the step failed in build " + held.holder() + "; it runs here now");
          return new Watched(Optional.empty(), true);
        }
      }
    }
  }

  private static void say(OutputSink out, String sentence) {
    out.write(true, ("[brickyard] " + sentence + "\n").getBytes(StandardCharsets.UTF_8));
  }
}
