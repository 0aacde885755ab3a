package dev.brickyard.scheduler.build;

import dev.brickyard.contracts.Failure;
import dev.brickyard.contracts.ImageManifest;
import dev.brickyard.contracts.JobKind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The state machine of a build and its jobs: immutable, and pure. Each method takes one fact and
 * says what it leads to; a fact that comes late, twice, or from an attempt that no longer counts
 * leads to nothing. An ended build never changes.
 *
 * @param jobs one BUILD job for each platform, in the order asked for, then the PUBLISH job
 * @param image set exactly when SUCCEEDED
 * @param failure set exactly when FAILED
 */
public record BuildLife(
    UUID id,
    BuildState state,
    @Nullable Instant startedAt,
    @Nullable Instant finishedAt,
    @Nullable ImageManifest image,
    @Nullable Failure failure,
    List<JobLife> jobs) {
  public BuildLife {
    jobs = List.copyOf(jobs);
    require((image != null) == (state == BuildState.SUCCEEDED), "an image exactly when succeeded");
    require((failure != null) == (state == BuildState.FAILED), "a failure exactly when failed");
    require((finishedAt != null) == state.ended(), "an end exactly when ended");
    require(
        !state.ended() || jobs.stream().allMatch(job -> job.state().ended()),
        "no open job after its end");
  }

  /** A new job's id and platform. */
  public record Plan(UUID jobId, JobKind kind, String platform) {}

  /**
   * A build with its jobs: those of the platforms go to their queues at once.
   *
   * @param plans BUILD jobs, then one PUBLISH job
   */
  public static Change planned(UUID id, List<Plan> plans, Instant now) {
    List<JobLife> jobs = new ArrayList<>();
    List<Effect> effects = new ArrayList<>();
    for (Plan plan : plans) {
      JobLife job = JobLife.waiting(plan.jobId(), plan.kind(), plan.platform());
      if (plan.kind() == JobKind.BUILD) {
        job = job.queued(now);
        effects.add(new Effect.JobEnqueued(job.id(), Duration.ZERO));
      }
      jobs.add(job);
    }
    require(jobs.stream().anyMatch(job -> job.kind() == JobKind.BUILD), "a platform");
    require(jobs.getLast().kind() == JobKind.PUBLISH, "its publish job last");
    return new Change(new BuildLife(id, BuildState.QUEUED, null, null, null, null, jobs), effects);
  }

  /** A worker with a record of the queue asks for the job. */
  public ClaimDecision claimed(UUID jobId, Ticket ticket, RetryPolicy policy, Instant now) {
    JobLife job = job(jobId);
    return switch (job.state()) {
      case SUCCEEDED -> claimedAfterSuccess(ticket, policy, now);
      case FAILED, CANCELED -> refused(ClaimDecision.Reason.JOB_ENDED);
      case WAITING -> refused(ClaimDecision.Reason.NOT_QUEUED);
      case QUEUED -> granted(job, ticket, List.of(), now);
      case RUNNING -> claimedAgain(job, ticket, policy, now);
    };
  }

  private ClaimDecision claimedAgain(JobLife job, Ticket ticket, RetryPolicy policy, Instant now) {
    Ticket holder = Objects.requireNonNull(job.ticket());
    if (ticket.equals(holder)) {
      return new ClaimDecision.Repeated(job.attempt());
    }
    if (!ticket.supersedes(holder)) {
      return refused(ClaimDecision.Reason.ALREADY_CLAIMED);
    }
    Failure lost = workerLost(holder, "lost the job to another worker");
    JobLife spent = job.spending(lost);
    Effect ended = new Effect.AttemptEnded(job.id(), job.attempt(), AttemptState.SUPERSEDED, lost);
    if (policy.exhausted(spent.spent())) {
      Change change = jobFailedForGood(spent, lost, List.of(ended), now);
      return new ClaimDecision.Refused(ClaimDecision.Reason.JOB_ENDED, change);
    }
    return granted(spent, ticket, List.of(ended), now);
  }

  /**
   * The worker that built the last platform publishes as well, by the record of the job it built.
   * When the queue hands that record on, it is the publish job that was lost.
   */
  private ClaimDecision claimedAfterSuccess(Ticket ticket, RetryPolicy policy, Instant now) {
    JobLife publish = jobs.getLast();
    Ticket holder = publish.ticket();
    if (holder == null || !ticket.supersedes(holder)) {
      return refused(ClaimDecision.Reason.JOB_ENDED);
    }
    Failure lost = workerLost(holder, "lost the job");
    Effect ended =
        new Effect.AttemptEnded(publish.id(), publish.attempt(), AttemptState.SUPERSEDED, lost);
    return new ClaimDecision.Refused(
        ClaimDecision.Reason.JOB_ENDED,
        spent(publish.spending(lost), lost, List.of(ended), policy, now));
  }

  private ClaimDecision granted(JobLife job, Ticket ticket, List<Effect> before, Instant now) {
    JobLife running = job.running(ticket, now);
    List<Effect> effects = new ArrayList<>(before);
    effects.add(new Effect.AttemptStarted(running.id(), running.attempt(), ticket));
    BuildLife next = with(running);
    if (state == BuildState.QUEUED) {
      next = next.in(BuildState.RUNNING, now);
    }
    return new ClaimDecision.Granted(running.attempt(), new Change(next, effects));
  }

  private ClaimDecision refused(ClaimDecision.Reason reason) {
    return new ClaimDecision.Refused(reason, Change.none(this));
  }

  /** An attempt did it. The last platform's success queues the publish job; that one's ends all. */
  public Change succeeded(UUID jobId, int attempt, ImageManifest result, Instant now) {
    JobLife job = job(jobId);
    if (!job.heldBy(attempt)) {
      return Change.none(this);
    }
    List<Effect> effects = new ArrayList<>();
    effects.add(new Effect.AttemptEnded(jobId, attempt, AttemptState.SUCCEEDED, null));
    BuildLife next = with(job.succeeded(result, now));
    if (job.kind() == JobKind.PUBLISH) {
      effects.add(new Effect.BuildEnded());
      return new Change(
          new BuildLife(id, BuildState.SUCCEEDED, startedAt, now, result, null, next.jobs),
          effects);
    }
    if (next.platformsBuilt()) {
      JobLife publish = next.jobs.getLast().queued(now);
      effects.add(new Effect.JobEnqueued(publish.id(), Duration.ZERO));
      next = next.with(publish).in(BuildState.PUBLISHING, now);
    }
    return new Change(next, effects);
  }

  /**
   * An attempt did it, and its worker would go on with the publish job: when that one is due and
   * nobody has had it yet, it is this worker's, by the ticket it holds.
   */
  public Change succeededAndGoesOn(
      UUID jobId, int attempt, ImageManifest result, Ticket ticket, Instant now) {
    Change change = succeeded(jobId, attempt, result, now);
    BuildLife after = change.life();
    JobLife done = after.job(jobId);
    JobLife publish = after.jobs.getLast();
    if (done.state() != JobState.SUCCEEDED
        || done.attempt() != attempt
        || publish.state() != JobState.QUEUED
        || publish.attempt() > 0) {
      return change;
    }
    JobLife running = publish.running(ticket, now);
    List<Effect> effects = new ArrayList<>(change.effects());
    effects.removeIf(
        effect -> effect instanceof Effect.JobEnqueued e && e.jobId().equals(publish.id()));
    effects.add(new Effect.AttemptStarted(running.id(), running.attempt(), ticket));
    return new Change(after.with(running), effects);
  }

  /**
   * An attempt failed. The farm's failures are tried again while attempts are left; any other ends
   * the build, and stops its other jobs.
   */
  public Change failed(UUID jobId, int attempt, Failure why, RetryPolicy policy, Instant now) {
    JobLife job = job(jobId);
    if (!job.heldBy(attempt)) {
      return Change.none(this);
    }
    List<Effect> ended = List.of(new Effect.AttemptEnded(jobId, attempt, AttemptState.FAILED, why));
    return spent(job.spending(why), why, ended, policy, now);
  }

  /** The worker of an attempt was silent for too long. */
  public Change lost(UUID jobId, int attempt, RetryPolicy policy, Instant now) {
    JobLife job = job(jobId);
    if (!job.heldBy(attempt)) {
      return Change.none(this);
    }
    Failure why = workerLost(Objects.requireNonNull(job.ticket()), "stopped answering");
    List<Effect> ended = List.of(new Effect.AttemptEnded(jobId, attempt, AttemptState.LOST, why));
    return spent(job.spending(why), why, ended, policy, now);
  }

  private Change spent(
      JobLife job, Failure why, List<Effect> before, RetryPolicy policy, Instant now) {
    boolean again =
        switch (why.kind()) {
          case FARM -> !policy.exhausted(job.spent());
          case USER, LIMIT -> false;
        };
    if (!again) {
      return jobFailedForGood(job, why, before, now);
    }
    List<Effect> effects = new ArrayList<>(before);
    effects.add(new Effect.JobRetried(job.id(), job.attempt(), why.message()));
    effects.add(new Effect.JobEnqueued(job.id(), policy.restAfter(job.spent())));
    return new Change(with(job.queued(now)), effects);
  }

  private Change jobFailedForGood(JobLife job, Failure why, List<Effect> before, Instant now) {
    List<Effect> effects = new ArrayList<>(before);
    BuildLife open = with(job.failed(now));
    List<JobLife> closed = open.closeJobs(effects, now);
    effects.add(new Effect.BuildEnded());
    return new Change(
        new BuildLife(id, BuildState.FAILED, startedAt, now, null, why, closed), effects);
  }

  /**
   * A worker that shuts down handed its job back. A new record is queued beside the one it
   * released, since the queue gives up on a record after a few deliveries; whichever comes second
   * is refused.
   *
   * @param known how the attempt stands: a later claim may have superseded it before this was known
   */
  public Change released(UUID jobId, int attempt, AttemptState known, String reason, Instant now) {
    JobLife job = job(jobId);
    Effect ended = new Effect.AttemptEnded(jobId, attempt, AttemptState.RELEASED, null);
    if (job.heldBy(attempt)) {
      return new Change(
          with(job.queued(now)),
          List.of(
              ended,
              new Effect.JobRetried(jobId, attempt, reason),
              new Effect.JobEnqueued(jobId, Duration.ZERO)));
    }
    boolean countedAsLost =
        switch (known) {
          case SUPERSEDED, LOST -> !job.state().ended();
          case LIVE, SUCCEEDED, FAILED, CANCELED, RELEASED -> false;
        };
    return countedAsLost ? new Change(with(job.refunded()), List.of(ended)) : Change.none(this);
  }

  /** An attempt says that it was stopped: only news when nobody here knew of a cancellation. */
  public Change stopped(UUID jobId, int attempt, RetryPolicy policy, Instant now) {
    Failure why =
        Failure.of(
            "job-stopped", Failure.Kind.FARM, "The worker stopped the job without being asked.");
    return failed(jobId, attempt, why, policy, now);
  }

  /** Somebody wants the build stopped. It is, at once; late success of an attempt is not heard. */
  public Change canceled(Instant now) {
    if (state.ended()) {
      return Change.none(this);
    }
    List<Effect> effects = new ArrayList<>();
    List<JobLife> closed = closeJobs(effects, now);
    effects.add(new Effect.BuildEnded());
    return new Change(
        new BuildLife(id, BuildState.CANCELED, startedAt, now, null, null, closed), effects);
  }

  /** The job of that id, which must be one of this build's. */
  public JobLife job(UUID jobId) {
    return jobs.stream()
        .filter(job -> job.id().equals(jobId))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("build " + id + " has no job " + jobId));
  }

  private List<JobLife> closeJobs(List<Effect> effects, Instant now) {
    List<JobLife> closed = new ArrayList<>();
    for (JobLife job : jobs) {
      if (job.state() == JobState.RUNNING) {
        effects.add(new Effect.AttemptEnded(job.id(), job.attempt(), AttemptState.CANCELED, null));
        effects.add(new Effect.JobStopped(job.id()));
      }
      closed.add(job.state().ended() ? job : job.canceled(now));
    }
    return closed;
  }

  private boolean platformsBuilt() {
    return jobs.stream()
        .filter(job -> job.kind() == JobKind.BUILD)
        .allMatch(job -> job.state() == JobState.SUCCEEDED);
  }

  private BuildLife with(JobLife changed) {
    return new BuildLife(
        id,
        state,
        startedAt,
        finishedAt,
        image,
        failure,
        jobs.stream().map(job -> job.id().equals(changed.id()) ? changed : job).toList());
  }

  private BuildLife in(BuildState next, Instant now) {
    return new BuildLife(
        id, next, startedAt == null ? now : startedAt, finishedAt, image, failure, jobs);
  }

  private static Failure workerLost(Ticket holder, String how) {
    return Failure.of(
        "worker-lost", Failure.Kind.FARM, "Worker " + holder.workerId() + " " + how + ".");
  }

  private static void require(boolean holds, String rule) {
    if (!holds) {
      throw new IllegalArgumentException("a build must have " + rule);
    }
  }
}
