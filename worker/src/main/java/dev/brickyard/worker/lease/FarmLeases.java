package dev.brickyard.worker.lease;

import dev.brickyard.contracts.Json;
import dev.brickyard.contracts.LeaseAnswer;
import dev.brickyard.contracts.LeaseAnswer.Holder;
import dev.brickyard.contracts.LeaseRequest;
import dev.brickyard.contracts.LeaseStandings.State;
import dev.brickyard.engine.StepId;
import dev.brickyard.engine.cache.LeaseKey;
import dev.brickyard.engine.cache.StepLeases;
import dev.brickyard.engine.runtime.OutputSink;
import dev.brickyard.worker.claim.SchedulerClient;
import dev.brickyard.worker.progress.Attempt;
import dev.brickyard.worker.progress.LogMark;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The leases of this worker's builds. The scheduler decides who holds one; a lease lives as long as
 * its attempt does and is never renewed. While the scheduler does not answer, everything is granted
 * without being certain: the build goes on, and at worst a step runs twice.
 */
public final class FarmLeases implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FarmLeases.class);

  /** After an answer that did not come, the scheduler is left alone for this long. */
  private static final Duration REST = Duration.ofSeconds(5);

  /** How long a build waits before it looks by itself whether the step is done. */
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(5);

  /** How long the rest of a holder's output may keep silent before it is left out. */
  private static final Duration LAST_WORDS = Duration.ofSeconds(5);

  /** How long a holder's output may take to become durable before it lets go all the same. */
  private static final Duration LOG_DURABLE = Duration.ofSeconds(30);

  private static final Duration MARK = Duration.ofSeconds(1);
  private static final Duration FIRST_RELEASE_PAUSE = Duration.ofMillis(200);
  private static final int RELEASES = 8;

  private final LeaseClient client;
  private final HeldLeases held;
  private final HolderLogs logs;
  private final AtomicLong uncertain = new AtomicLong();
  private final AtomicLong waits = new AtomicLong();
  private volatile long restUntil = System.nanoTime();
  private volatile boolean away;

  /**
   * @param scheduler not closed by this
   * @param consumers makes consumers of the logs topic without a group, that begin at the earliest
   *     offset they can
   */
  public FarmLeases(SchedulerClient scheduler, Supplier<Consumer<String, byte[]>> consumers) {
    this.client = new LeaseClient(scheduler);
    this.held = new HeldLeases(client, HeldLeases.Pauses.DEFAULT);
    this.logs = new HolderLogs(consumers);
  }

  /**
   * The leases of one attempt.
   *
   * @param marks marks the place the attempt's log has reached
   */
  public StepLeases of(Attempt attempt, Supplier<LogMark> marks) {
    return new OfAttempt(attempt, marks);
  }

  /** How often a step went on without an answer from the scheduler. */
  public long uncertain() {
    return uncertain.get();
  }

  /** How often a step waited for that of another build. */
  public long waits() {
    return waits.get();
  }

  private final class OfAttempt implements StepLeases {
    private final Attempt attempt;
    private final Supplier<LogMark> marks;

    OfAttempt(Attempt attempt, Supplier<LogMark> marks) {
      this.attempt = attempt;
      this.marks = marks;
    }

    @Override
    public Lease acquire(LeaseKey key, StepId step) throws InterruptedException {
      UUID leaseId = UUID.randomUUID();
      if (System.nanoTime() - restUntil < 0) {
        uncertain.incrementAndGet();
        return new Ungranted();
      }
      boolean asked = false;
      try {
        long logFrom =
            key.kind() == LeaseKey.Kind.STEP
                ? marks.get().next().get(MARK.toMillis(), TimeUnit.MILLISECONDS)
                : 0;
        asked = true;
        Optional<LeaseAnswer> answer =
            client.acquire(
                new LeaseRequest(
                    Json.SCHEMA_VERSION,
                    leaseId,
                    key.text(),
                    attempt.jobId(),
                    attempt.number(),
                    step.value(),
                    logFrom));
        if (away) {
          away = false;
          LOG.info("the scheduler grants leases again");
        }
        if (answer.isEmpty()) {
          // The heartbeat will say the same and stop the build.
          return new Ungranted();
        }
        Holder holder = answer.get().holder();
        if (holder == null) {
          return new Mine(leaseId, answer.get().contested());
        }
        waits.incrementAndGet();
        return new Others(holder, key.kind() == LeaseKey.Kind.STEP && !isMine(holder, step));
      } catch (IOException | TimeoutException | ExecutionException e) {
        uncertain.incrementAndGet();
        restUntil = System.nanoTime() + REST.toNanos();
        if (!away) {
          away = true;
          LOG.warn("no lease for {}: steps may run twice meanwhile: {}", key.text(), e.toString());
        }
        if (asked) {
          // The answer was lost, perhaps not the question.
          giveBack(leaseId, false, REST);
        }
        return new Ungranted();
      }
    }

    /** What this very step printed under an earlier lease needs no repetition. */
    private boolean isMine(Holder holder, StepId step) {
      return holder.jobId().equals(attempt.jobId())
          && holder.attempt() == attempt.number()
          && holder.stepId().equals(step.value());
    }

    private final class Mine implements StepLeases.Granted {
      private final UUID leaseId;
      private final boolean contested;
      private final AtomicBoolean over = new AtomicBoolean();

      Mine(UUID leaseId, boolean contested) {
        this.leaseId = leaseId;
        this.contested = contested;
      }

      @Override
      public boolean certain() {
        return true;
      }

      @Override
      public boolean contested() {
        return contested;
      }

      @Override
      public void failed() {
        end(true);
      }

      @Override
      public void close() {
        end(false);
      }

      private void end(boolean failed) {
        if (over.compareAndSet(false, true)) {
          // Those that wait hear all of the log before they learn that the lease is gone.
          var _ =
              marks
                  .get()
                  .durable()
                  .completeOnTimeout(null, LOG_DURABLE.toMillis(), TimeUnit.MILLISECONDS)
                  .thenRun(() -> giveBack(leaseId, failed, Duration.ZERO));
        }
      }
    }
  }

  /** Gives a lease back in the background; what cannot be given back falls with the attempt. */
  private void giveBack(UUID leaseId, boolean failed, Duration after) {
    Thread.ofVirtual()
        .name("give-back-" + leaseId)
        .start(
            () -> {
              try {
                Thread.sleep(after);
                Duration pause = FIRST_RELEASE_PAUSE;
                for (int i = 0; i < RELEASES; i++) {
                  try {
                    client.release(leaseId, failed);
                    return;
                  } catch (IOException e) {
                    LOG.debug("lease {} not given back yet: {}", leaseId, e.toString());
                  }
                  Thread.sleep(pause);
                  pause = pause.multipliedBy(2);
                }
                LOG.warn("lease {} could not be given back", leaseId);
              } catch (InterruptedException e) {
                LOG.debug("nobody interrupts this thread");
              }
            });
  }

  /** Nobody said that the lease is ours. */
  private static final class Ungranted implements StepLeases.Granted {
    @Override
    public boolean certain() {
      return false;
    }

    @Override
    public boolean contested() {
      return false;
    }

    @Override
    public void failed() {}

    @Override
    public void close() {}
  }

  private final class Others implements StepLeases.HeldElsewhere {
    private final Holder holder;
    private final boolean audible;
    private final HeardLog log;
    private boolean again;

    Others(Holder holder, boolean audible) {
      this.holder = holder;
      this.audible = audible;
      this.log = new HeardLog(holder);
    }

    @Override
    public String holder() {
      return holder.buildId().toString();
    }

    @Override
    public StepLeases.Ending follow(OutputSink out) throws InterruptedException {
      return await(out, audible);
    }

    @Override
    public StepLeases.Ending await() throws InterruptedException {
      return await((stderr, chunk) -> {}, false);
    }

    private StepLeases.Ending await(OutputSink out, boolean listen) throws InterruptedException {
      long lookAgain = System.nanoTime() + LOOK_AGAIN.toNanos();
      if (listen) {
        log.unplaced();
        logs.join(log);
      }
      try (HeldLeases.Watch watch = held.watch(holder.leaseId(), again, log::wake)) {
        log.whenStepEnds(watch::hurry);
        while (watch.state() == State.HELD) {
          long left = lookAgain - System.nanoTime();
          if (left <= 0) {
            again = true;
            return StepLeases.Ending.STILL_HELD;
          }
          log.handOn(out, Duration.ofNanos(left));
        }
        if (listen) {
          log.handOnRest(out, LAST_WORDS);
        }
        return watch.state() == State.FAILED ? StepLeases.Ending.FAILED : StepLeases.Ending.GONE;
      } finally {
        if (listen) {
          logs.leave(log);
        }
      }
    }
  }

  @Override
  public void close() {
    held.close();
    logs.close();
  }
}
