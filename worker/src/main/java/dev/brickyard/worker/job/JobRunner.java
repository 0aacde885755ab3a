package dev.brickyard.worker.job;

import dev.brickyard.contracts.AttemptReport;
import dev.brickyard.contracts.BuildEvent;
import dev.brickyard.contracts.ClaimGranted;
import dev.brickyard.contracts.Failure;
import dev.brickyard.contracts.ImageManifest;
import dev.brickyard.contracts.JobKind;
import dev.brickyard.contracts.Json;
import dev.brickyard.contracts.Outcome;
import dev.brickyard.engine.BuildFailure;
import dev.brickyard.storage.log.LogSpool;
import dev.brickyard.storage.log.LogStore;
import dev.brickyard.worker.claim.Claims;
import dev.brickyard.worker.claim.SchedulerClient;
import dev.brickyard.worker.heartbeat.AttemptHeartbeat;
import dev.brickyard.worker.progress.Attempt;
import dev.brickyard.worker.progress.Facts;
import dev.brickyard.worker.progress.ProgressReporter;
import dev.brickyard.worker.queue.Disposition;
import dev.brickyard.worker.queue.HeldJob;
import dev.brickyard.worker.queue.JobTaker;
import dev.brickyard.worker.queue.QueuedJob;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs an attempt: claims it, does it, reports how it ended. The record is accepted only after the
 * attempt's last event is durable, so that whatever happens to this worker, either the scheduler
 * knows the outcome or the queue hands the job on.
 */
public final class JobRunner implements JobTaker {
  private static final Logger LOG = LoggerFactory.getLogger(JobRunner.class);
  private static final Duration RETRY = Duration.ofSeconds(1);

  private final Claims claims;
  private final SchedulerClient scheduler;
  private final JobWork work;
  private final Facts facts;
  private final LogStore logs;
  private final Path spoolDirectory;
  private final RunningJobs running;
  private final String workerId;
  private final BooleanSupplier taking;
  private final Clock clock;

  /**
   * @param spoolDirectory for the logs of running jobs
   * @param taking whether this worker takes further jobs
   */
  public JobRunner(
      Claims claims,
      SchedulerClient scheduler,
      JobWork work,
      Facts facts,
      LogStore logs,
      Path spoolDirectory,
      RunningJobs running,
      String workerId,
      BooleanSupplier taking,
      Clock clock) {
    this.claims = claims;
    this.scheduler = scheduler;
    this.work = work;
    this.facts = facts;
    this.logs = logs;
    this.spoolDirectory = spoolDirectory;
    this.running = running;
    this.workerId = workerId;
    this.taking = taking;
    this.clock = clock;
  }

  @Override
  public HeldJob take(QueuedJob queued) {
    RunningJob job = new RunningJob(queued);
    // Before the claim: a cancel that comes right after it must find the job.
    running.add(job);
    Thread.ofVirtual().name("job-" + queued.job().jobId()).start(() -> run(job));
    return job;
  }

  private void run(RunningJob job) {
    Disposition disposition = Disposition.RELEASE;
    try (LogsBeingStored logsBeingStored = new LogsBeingStored(logs)) {
      Optional<ClaimGranted> claim = job.interruptibly(() -> claims.claim(job.queued()));
      if (claim.isEmpty()) {
        LOG.info("job {} is not to be run, dropping its record", job.queued().job().jobId());
        disposition = Disposition.ACCEPT;
      }
      while (claim.isPresent()) {
        Done done = attempt(job, claim.get(), logsBeingStored);
        disposition = done.disposition();
        claim = done.next();
        claim.ifPresent(next -> job.goOnWith(next.jobId()));
      }
    } catch (InterruptedException e) {
      // Stopped before it had the attempt. A cancelled job's record is dropped at its next claim.
      LOG.info("job {} was stopped before it began", job.queued().job().jobId());
    } catch (RuntimeException e) {
      LOG.error("job {} could not be run", job.queued().job().jobId(), e);
    } finally {
      running.remove(job);
      job.end(disposition);
    }
  }

  /**
   * What an attempt leads to.
   *
   * @param next another job of the build that this worker holds now, by the same record
   */
  private record Done(Disposition disposition, Optional<ClaimGranted> next) {}

  private Done attempt(RunningJob job, ClaimGranted claim, LogsBeingStored logsBeingStored) {
    Attempt attempt = new Attempt(claim.buildId(), claim.jobId(), claim.attempt());
    Duration period = Duration.ofSeconds(Math.max(1, claim.heartbeatSeconds()));
    LOG.info("running attempt {} of job {} ({})", claim.attempt(), claim.jobId(), claim.kind());
    try (AttemptHeartbeat _ =
        new AttemptHeartbeat(
            scheduler,
            claim.jobId(),
            claim.attempt(),
            period,
            () -> job.supersede(claim.jobId()))) {
      Ended ended;
      try {
        LogSpool spool = new LogSpool(spoolDirectory);
        try {
          ended = perform(job, claim, attempt, spool);
        } catch (RuntimeException | Error e) {
          spool.close();
          throw e;
        }
        if (ended.ending() instanceof Ending.Superseded
            || (claim.kind() == JobKind.PUBLISH && spool.isEmpty())) {
          spool.close();
        } else {
          logsBeingStored.add(attempt, spool);
        }
      } catch (IOException e) {
        LOG.error("the log of job {} cannot be kept on local disk", claim.jobId(), e);
        ended =
            new Ended(
                new Ending.Finished(
                    Outcome.FAILED,
                    null,
                    Failure.of(
                        "worker-disk",
                        Failure.Kind.FARM,
                        "The worker's local disk cannot be used: " + e.getMessage() + ".")),
                List.of());
      }
      if (claim.kind() == JobKind.PUBLISH) {
        // What was built here is in the store before the build counts as done.
        logsBeingStored.await();
      }
      return report(job, claim, attempt, ended);
    }
  }

  /**
   * How an attempt ended.
   *
   * @param steps what was told of its steps
   */
  private record Ended(Ending ending, List<BuildEvent> steps) {}

  /** How an attempt ended. */
  private sealed interface Ending {
    record Finished(Outcome outcome, @Nullable ImageManifest image, @Nullable Failure failure)
        implements Ending {}

    record Released(String reason) implements Ending {}

    record Superseded() implements Ending {}
  }

  private Ended perform(RunningJob job, ClaimGranted claim, Attempt attempt, LogSpool spool) {
    ProgressReporter progress = new ProgressReporter(attempt, facts, spool::add, clock);
    Ending ending;
    try {
      progress.tell(
          new BuildEvent.JobStarted(
              Json.SCHEMA_VERSION,
              attempt.buildId(),
              attempt.jobId(),
              attempt.number(),
              clock.instant(),
              workerId,
              job.queued().job().platform()));
      ImageManifest image = job.interruptibly(() -> work.run(claim, progress, progress::mark));
      ending = new Ending.Finished(Outcome.SUCCEEDED, image, null);
    } catch (BuildFailure e) {
      ending = stopped(job).orElseGet(() -> failed(attempt, e, progress));
    } catch (InterruptedException e) {
      ending = stopped(job).orElseGet(() -> unexpected(attempt, e));
    } catch (RuntimeException | Error e) {
      ending = unexpected(attempt, e);
    }
    List<BuildEvent> steps = List.of();
    try {
      steps = progress.finish();
    } catch (InterruptedException e) {
      LOG.warn("interrupted while the progress of {} was sent", attempt);
    }
    return new Ended(ending, steps);
  }

  /** A stopped engine may say so in several ways; the reason for stopping decides. */
  private static Optional<Ending> stopped(RunningJob job) {
    return job.stopReason()
        .map(
            reason ->
                switch (reason) {
                  case CANCELED -> new Ending.Finished(Outcome.CANCELED, null, null);
                  case SUPERSEDED -> new Ending.Superseded();
                  case SHUTDOWN -> new Ending.Released("the worker shuts down");
                });
  }

  private static Ending failed(Attempt attempt, BuildFailure e, ProgressReporter progress) {
    LOG.info("{} failed: {} ({})", attempt, e.sentence(), e.code());
    return new Ending.Finished(Outcome.FAILED, null, Failures.of(e, progress.failedStep()));
  }

  private static Ending unexpected(Attempt attempt, Throwable e) {
    LOG.error("{} failed unexpectedly", attempt, e);
    return new Ending.Finished(Outcome.FAILED, null, Failures.unexpected(e));
  }

  private Done report(RunningJob job, ClaimGranted claim, Attempt attempt, Ended ended) {
    return switch (ended.ending()) {
      case Ending.Finished finished -> {
        LOG.info("{}: {}", attempt, finished.outcome());
        BuildEvent.JobFinished event =
            new BuildEvent.JobFinished(
                Json.SCHEMA_VERSION,
                attempt.buildId(),
                attempt.jobId(),
                attempt.number(),
                clock.instant(),
                finished.outcome(),
                finished.image(),
                finished.failure());
        CompletableFuture<Void> told = facts.publish(event);
        if (!mayBeReportedFirst(claim, finished) && !durable(told, job, event)) {
          yield new Done(Disposition.RELEASE, Optional.empty());
        }
        Optional<ClaimGranted> next = reportNow(job, event, ended.steps());
        yield durable(told, job, event)
            ? new Done(Disposition.ACCEPT, next)
            : new Done(Disposition.RELEASE, Optional.empty());
      }
      case Ending.Released released -> {
        LOG.info("{}: handed back, {}", attempt, released.reason());
        BuildEvent.JobReleased event =
            new BuildEvent.JobReleased(
                Json.SCHEMA_VERSION,
                attempt.buildId(),
                attempt.jobId(),
                attempt.number(),
                clock.instant(),
                released.reason());
        boolean told = durable(facts.publish(event), job, event);
        LOG.debug("{}: handing back was told: {}", attempt, told);
        yield new Done(Disposition.RELEASE, Optional.empty());
      }
      case Ending.Superseded superseded -> {
        LOG.info("{}: {}", attempt, superseded);
        yield new Done(Disposition.ACCEPT, Optional.empty());
      }
    };
  }

  /** Spares the build the way through Kafka; the scheduler reads the event all the same. */
  private Optional<ClaimGranted> reportNow(
      RunningJob job, BuildEvent.JobFinished event, List<BuildEvent> steps) {
    try {
      return claims.report(
          new AttemptReport(
              Json.SCHEMA_VERSION, event, steps, job.mayGoOn() && taking.getAsBoolean()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  /**
   * Whether the scheduler may hear of the end before its event is durable: only of one that leads
   * to nothing that others tell, since what they tell has to come after it.
   */
  private static boolean mayBeReportedFirst(ClaimGranted claim, Ending.Finished finished) {
    return claim.alone()
        && claim.kind() == JobKind.BUILD
        && finished.outcome() == Outcome.SUCCEEDED;
  }

  /**
   * Waits until an event is durable, publishing it again when it was given up. Gives up, returning
   * false, only when the attempt no longer counts or the worker shuts down and Kafka does not
   * answer.
   */
  private boolean durable(CompletableFuture<Void> told, RunningJob job, BuildEvent event) {
    CompletableFuture<Void> latest = told;
    while (true) {
      try {
        latest.join();
        return true;
      } catch (CompletionException e) {
        LOG.warn("the end of {} could not be told yet: {}", event, e.toString());
      }
      Optional<StopReason> reason = job.stopReason();
      if (reason.isPresent() && reason.get() != StopReason.CANCELED) {
        return false;
      }
      try {
        Thread.sleep(RETRY);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
      latest = facts.publish(event);
    }
  }
}
