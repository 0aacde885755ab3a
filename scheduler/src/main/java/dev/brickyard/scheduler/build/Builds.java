package dev.brickyard.scheduler.build;

import dev.brickyard.contracts.BuildEvent;
import dev.brickyard.contracts.ControlCommand;
import dev.brickyard.contracts.Failure;
import dev.brickyard.contracts.Ids;
import dev.brickyard.contracts.ImageManifest;
import dev.brickyard.contracts.JobKind;
import dev.brickyard.contracts.JobQueued;
import dev.brickyard.contracts.Json;
import dev.brickyard.contracts.Outcome;
import dev.brickyard.contracts.Topics;
import dev.brickyard.scheduler.queue.Outbox;
import dev.brickyard.scheduler.queue.OutgoingRecord;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import jakarta.transaction.Transactional;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * All builds, in PostgreSQL. Every change is one transaction that holds the build's row lock from
 * before it reads to its commit, so changes of a build happen one after the other, on whichever
 * replica; what must be told about a change goes into the {@link Outbox} in the same transaction.
 * Methods join the caller's transaction when there is one.
 */
@ApplicationScoped
public class Builds implements PanacheRepositoryBase<BuildEntity, UUID> {
  private static final Failure INCOMPLETE =
      Failure.of(
          "incomplete-report",
          Failure.Kind.FARM,
          "The worker did not say what it built or why it failed.");

  private final Outbox outbox;
  private final Steps steps;
  private final RetryPolicy policy;
  private final Ids ids;
  private final Clock clock;

  Builds(Outbox outbox, Steps steps, RetryPolicy policy, Ids ids, Clock clock) {
    this.outbox = outbox;
    this.steps = steps;
    this.policy = policy;
    this.ids = ids;
    this.clock = clock;
  }

  /**
   * What a claim led to.
   *
   * @param life of the build after it
   */
  public record Claim(ClaimDecision decision, BuildOrder order, BuildLife life) {}

  /**
   * Makes the jobs of an order and queues them.
   *
   * @return false when it was planned before
   */
  @Transactional
  public boolean plan(BuildOrder order) {
    awaitOtherPlanners(order.id());
    if (findByIdOptional(order.id()).isPresent()) {
      return false;
    }
    Instant now = clock.instant();
    List<BuildLife.Plan> plans = new ArrayList<>();
    for (String platform : order.platforms()) {
      plans.add(new BuildLife.Plan(ids.next(), JobKind.BUILD, platform));
    }
    plans.add(new BuildLife.Plan(ids.next(), JobKind.PUBLISH, order.platforms().getFirst()));
    Change change = BuildLife.planned(order.id(), plans, now);
    if (order.canceled()) {
      change = change.life().canceled(now);
    }
    BuildLife life = change.life();
    BuildEntity build = new BuildEntity(order, life);
    persist(build);
    List<JobEntity> jobs = new ArrayList<>();
    for (JobLife job : life.jobs()) {
      JobEntity entity = new JobEntity(order.id(), jobs.size(), job);
      getEntityManager().persist(entity);
      jobs.add(entity);
    }
    List<OutgoingRecord> records = new ArrayList<>();
    records.add(
        event(
            new BuildEvent.BuildPlanned(
                Json.SCHEMA_VERSION,
                order.id(),
                now,
                plans.stream()
                    .map(p -> new BuildEvent.PlannedJob(p.jobId(), p.kind(), p.platform()))
                    .toList())));
    tell(build, change, now, records);
    return true;
  }

  /**
   * Asks for a job on behalf of a worker.
   *
   * @return empty when there is no such job
   */
  @Transactional
  public Optional<Claim> claim(UUID jobId, Ticket ticket) {
    return buildOf(jobId)
        .map(
            buildId -> {
              Locked locked = lock(buildId);
              Instant now = clock.instant();
              ClaimDecision decision = locked.life.claimed(jobId, ticket, policy, now);
              BuildLife after =
                  switch (decision) {
                    case ClaimDecision.Granted granted -> apply(locked, granted.change(), now);
                    case ClaimDecision.Repeated repeated -> locked.life;
                    case ClaimDecision.Refused refused -> apply(locked, refused.change(), now);
                  };
              return new Claim(decision, locked.build.order(after), after);
            });
  }

  /** A worker's word on how its attempt ended. Does nothing when the attempt no longer counts. */
  @Transactional
  public void finish(BuildEvent.JobFinished event) {
    // Without the lock: an attempt that ended never lives again, and most have when this comes.
    AttemptState known = attemptState(event.jobId(), event.attempt());
    if (known == AttemptState.LIVE) {
      change(event.buildId(), (life, now) -> finished(life, event, null, now));
    }
  }

  /**
   * The same word, brought by the worker itself with what is known of the attempt's steps.
   *
   * @param updates at most one for each step
   * @param goesOn whether the worker would do the publish job, when that is due
   * @return the publish job, when the worker holds it now; empty, too, when there is no such
   *     attempt
   */
  @Transactional
  public Optional<Claim> report(
      BuildEvent.JobFinished event, List<StepUpdate> updates, boolean goesOn) {
    if (findByIdOptional(event.buildId(), LockModeType.PESSIMISTIC_WRITE).isEmpty()) {
      return Optional.empty();
    }
    Locked locked = lock(event.buildId());
    AttemptEntity reporting = attempt(event.jobId(), event.attempt());
    if (reporting == null) {
      return Optional.empty();
    }
    Instant now = clock.instant();
    if (reporting.state == AttemptState.LIVE) {
      steps.write(updates);
    }
    Ticket ticket = reporting.ticket();
    BuildLife after = apply(locked, finished(locked.life, event, goesOn ? ticket : null, now), now);
    JobLife publish = after.jobs().getLast();
    return ticket.equals(publish.ticket()) && !publish.id().equals(event.jobId())
        ? Optional.of(
            new Claim(
                new ClaimDecision.Repeated(publish.attempt()), locked.build.order(after), after))
        : Optional.empty();
  }

  private Change finished(
      BuildLife life, BuildEvent.JobFinished event, @Nullable Ticket goesOn, Instant now) {
    UUID job = event.jobId();
    int attempt = event.attempt();
    ImageManifest image = event.image();
    Failure failure = event.failure() == null ? INCOMPLETE : event.failure();
    return switch (event.outcome()) {
      case SUCCEEDED ->
          image == null
              ? life.failed(job, attempt, INCOMPLETE, policy, now)
              : goesOn == null
                  ? life.succeeded(job, attempt, image, now)
                  : life.succeededAndGoesOn(job, attempt, image, goesOn, now);
      case FAILED -> life.failed(job, attempt, failure, policy, now);
      case CANCELED -> life.stopped(job, attempt, policy, now);
    };
  }

  /** A worker handed its job back. */
  @Transactional
  public void release(BuildEvent.JobReleased event) {
    change(
        event.buildId(),
        (life, now) -> {
          AttemptEntity attempt = attempt(event.jobId(), event.attempt());
          return attempt == null
              ? Change.none(life)
              : life.released(event.jobId(), event.attempt(), attempt.state, event.reason(), now);
        });
  }

  /** An attempt is lost, unless a sign of life came after all. */
  @Transactional
  public void lose(UUID jobId, int attempt, Instant silentSince) {
    buildOf(jobId)
        .ifPresent(
            buildId ->
                change(
                    buildId,
                    (life, now) -> {
                      AttemptEntity silent = attempt(jobId, attempt);
                      return silent != null && silent.heartbeatAt.isBefore(silentSince)
                          ? life.lost(jobId, attempt, policy, now)
                          : Change.none(life);
                    }));
  }

  /** Stops a build, when there is one and it has not ended. */
  @Transactional
  public void cancel(UUID buildId) {
    change(buildId, BuildLife::canceled);
  }

  private void change(UUID buildId, BiFunction<BuildLife, Instant, Change> fact) {
    if (findByIdOptional(buildId, LockModeType.PESSIMISTIC_WRITE).isPresent()) {
      Locked locked = lock(buildId);
      Instant now = clock.instant();
      apply(locked, fact.apply(locked.life, now), now);
    }
  }

  /** A build whose row this transaction has locked, with its jobs as they stand. */
  private record Locked(BuildEntity build, List<JobEntity> jobs, BuildLife life) {}

  private Locked lock(UUID buildId) {
    BuildEntity build = Objects.requireNonNull(findById(buildId, LockModeType.PESSIMISTIC_WRITE));
    List<JobEntity> jobs =
        getEntityManager()
            .createQuery("from JobEntity where buildId = :id order by ordinal", JobEntity.class)
            .setParameter("id", buildId)
            .getResultList();
    List<JobLife> lives = new ArrayList<>();
    for (JobEntity job : jobs) {
      Ticket ticket = null;
      if (job.state == JobState.RUNNING) {
        ticket = Objects.requireNonNull(attempt(job.id, job.attempt)).ticket();
      }
      lives.add(job.life(ticket));
    }
    return new Locked(build, jobs, build.life(lives));
  }

  private BuildLife apply(Locked locked, Change change, Instant now) {
    BuildLife life = change.life();
    locked.build.take(life);
    locked.jobs.forEach(job -> job.take(life.job(job.id)));
    tell(locked.build, change, now, new ArrayList<>());
    return life;
  }

  private void tell(BuildEntity build, Change change, Instant now, List<OutgoingRecord> records) {
    for (Effect effect : change.effects()) {
      switch (effect) {
        case Effect.AttemptStarted e ->
            getEntityManager()
                .persist(
                    new AttemptEntity(
                        new AttemptEntity.Key(e.jobId(), e.attempt()), e.ticket(), now));
        case Effect.AttemptEnded e -> endAttempt(e, now);
        case Effect.JobEnqueued e ->
            records.add(enqueued(build, change.life().job(e.jobId()), now.plus(e.rest())));
        case Effect.JobRetried e ->
            records.add(
                event(
                    new BuildEvent.JobRequeued(
                        Json.SCHEMA_VERSION, build.id, e.jobId(), e.attempt(), now, e.reason())));
        case Effect.JobStopped e ->
            records.add(
                OutgoingRecord.now(
                    Topics.CONTROL,
                    e.jobId().toString(),
                    new ControlCommand.CancelJob(Json.SCHEMA_VERSION, now, build.id, e.jobId())));
        case Effect.BuildEnded e -> records.add(event(finished(change.life(), now)));
      }
    }
    outbox.add(records);
  }

  private void endAttempt(Effect.AttemptEnded ended, Instant now) {
    AttemptEntity attempt = Objects.requireNonNull(attempt(ended.jobId(), ended.attempt()));
    attempt.state = ended.state();
    attempt.failure = ended.failure();
    if (attempt.endedAt == null) {
      attempt.endedAt = now;
    }
    steps.close(ended.jobId(), ended.attempt(), now);
  }

  private static OutgoingRecord enqueued(BuildEntity build, JobLife job, Instant notBefore) {
    JobQueued queued =
        new JobQueued(
            Json.SCHEMA_VERSION,
            build.id,
            job.id(),
            job.kind(),
            job.attempt() + 1,
            job.platform(),
            build.traceparent);
    return OutgoingRecord.at(Topics.jobs(job.platform()), job.id().toString(), queued, notBefore);
  }

  private static BuildEvent.BuildFinished finished(BuildLife life, Instant now) {
    Outcome outcome =
        switch (life.state()) {
          case SUCCEEDED -> Outcome.SUCCEEDED;
          case FAILED -> Outcome.FAILED;
          case CANCELED -> Outcome.CANCELED;
          case QUEUED, RUNNING, PUBLISHING ->
              throw new IllegalStateException("not ended: " + life.state());
        };
    return new BuildEvent.BuildFinished(
        Json.SCHEMA_VERSION, life.id(), now, outcome, life.image(), life.failure());
  }

  private static OutgoingRecord event(BuildEvent event) {
    return OutgoingRecord.now(Topics.EVENTS, event.buildId().toString(), event);
  }

  private @Nullable AttemptEntity attempt(UUID jobId, int attempt) {
    return getEntityManager().find(AttemptEntity.class, new AttemptEntity.Key(jobId, attempt));
  }

  private @Nullable AttemptState attemptState(UUID jobId, int attempt) {
    return getEntityManager()
        .createQuery("select state from AttemptEntity where key = :key", AttemptState.class)
        .setParameter("key", new AttemptEntity.Key(jobId, attempt))
        .getSingleResultOrNull();
  }

  /** Not as an entity: one read before the lock would be stale after it. */
  private Optional<UUID> buildOf(UUID jobId) {
    return getEntityManager()
        .createQuery("select buildId from JobEntity where id = :id", UUID.class)
        .setParameter("id", jobId)
        .getResultStream()
        .findFirst();
  }

  /** There is no row to lock yet. */
  private void awaitOtherPlanners(UUID buildId) {
    getEntityManager()
        .createNativeQuery("select pg_advisory_xact_lock(:key)::text", String.class)
        .setParameter("key", buildId.getLeastSignificantBits())
        .getSingleResult();
  }
}
