package dev.brickyard.api.build;

import dev.brickyard.api.cache.CacheFigures;
import dev.brickyard.api.submission.SubmissionEntity;
import dev.brickyard.contracts.CheckWarning;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.hibernate.Session;
import org.jspecify.annotations.Nullable;

/**
 * Reads builds. A submission the scheduler has not planned yet is a build in state QUEUED without
 * jobs. The number of SQL statements does not depend on how much there is to read.
 */
@ApplicationScoped
public class BuildReader {
  private final EntityManager entities;

  BuildReader(EntityManager entities) {
    this.entities = entities;
  }

  /**
   * Which builds are wanted.
   *
   * @param before builds accepted before this one
   * @param limit at least 1
   */
  public record Query(
      @Nullable BuildState state, @Nullable String project, @Nullable UUID before, int limit) {}

  /** Where a build stands, without its jobs. */
  public record Status(
      UUID id, Instant acceptedAt, BuildState state, @Nullable PublishedBuildEntity planned) {
    /** When it ended; empty while it has not. */
    public Optional<Instant> endedAt() {
      return planned == null || !state.isFinal()
          ? Optional.empty()
          : Optional.ofNullable(planned.finishedAt);
    }
  }

  private record Row(SubmissionEntity submission, @Nullable PublishedBuildEntity build) {
    BuildState state() {
      return build == null ? BuildState.QUEUED : build.state;
    }
  }

  /** A build of which nobody but us knows yet. */
  public static Build justAccepted(SubmissionEntity submission) {
    return render(new Row(submission, null), List.of(), Map.of(), null);
  }

  /** The build with jobs and steps; empty when there is none. Three statements. */
  @Transactional
  public Optional<Build> find(UUID id) {
    Row row = row(id);
    if (row == null) {
      return Optional.empty();
    }
    if (row.build() == null) {
      return Optional.of(render(row, List.of(), Map.of(), List.of()));
    }
    List<PublishedJobEntity> jobs = jobs(List.of(id));
    Map<UUID, List<Build.Step>> steps = new HashMap<>();
    // Platforms of one build find the same.
    Set<CheckWarning> checks = new HashSet<>();
    for (PublishedStepEntity step : steps(id)) {
      steps.computeIfAbsent(step.jobId, job -> new ArrayList<>()).add(render(step));
      checks.addAll(step.checks == null ? List.of() : step.checks);
    }
    for (PublishedJobEntity job : jobs) {
      steps.putIfAbsent(job.id, List.of());
    }
    return Optional.of(render(row, jobs, steps, sorted(checks)));
  }

  /** Where the build stands; empty when there is none. One statement. */
  @Transactional
  public Optional<Status> status(UUID id) {
    return Optional.ofNullable(row(id))
        .map(row -> new Status(id, row.submission().acceptedAt, row.state(), row.build()));
  }

  /** The build's jobs, without steps. One statement. */
  @Transactional
  public List<PublishedJobEntity> jobs(UUID build) {
    return jobs(List.of(build));
  }

  /** The steps of the latest attempt of each of the build's jobs, in order. One statement. */
  @Transactional
  public List<PublishedStepEntity> steps(UUID build) {
    return session()
        .createSelectionQuery(
            """
            select s from PublishedStepEntity s
            join PublishedJobEntity j on j.id = s.jobId and j.attempt = s.attempt
            where j.buildId = :build
            order by s.jobId, s.ordinal
            """,
            PublishedStepEntity.class)
        .setParameter("build", build)
        .setReadOnly(true)
        .getResultList();
  }

  /** Builds with jobs but without steps, newest first. Two statements. */
  @Transactional
  public Build.Page page(Query query) {
    StringBuilder hql =
        new StringBuilder(
            """
            select s, b from SubmissionEntity s
            left join PublishedBuildEntity b on b.id = s.id
            where 1 = 1
            """);
    Map<String, Object> parameters = new HashMap<>();
    if (query.before() != null) {
      hql.append(" and s.id < :before");
      parameters.put("before", query.before());
    }
    if (query.project() != null) {
      hql.append(" and s.project = :project");
      parameters.put("project", query.project());
    }
    if (query.state() != null) {
      hql.append(
          query.state() == BuildState.QUEUED
              ? " and (b.state = :state or b.id is null)"
              : " and b.state = :state");
      parameters.put("state", query.state());
    }
    hql.append(" order by s.id desc");
    var select =
        session()
            .createSelectionQuery(hql.toString(), Object[].class)
            .setReadOnly(true)
            .setMaxResults(query.limit() + 1);
    parameters.forEach(select::setParameter);
    List<Row> rows = select.getResultList().stream().map(BuildReader::row).toList();
    boolean more = rows.size() > query.limit();
    List<Row> shown = more ? rows.subList(0, query.limit()) : rows;
    Map<UUID, List<PublishedJobEntity>> jobs =
        jobs(shown.stream().filter(r -> r.build() != null).map(r -> r.submission().id).toList())
            .stream()
            .collect(Collectors.groupingBy(job -> job.buildId));
    return new Build.Page(
        shown.stream()
            .map(r -> render(r, jobs.getOrDefault(r.submission().id, List.of()), Map.of(), null))
            .toList(),
        more ? shown.getLast().submission().id : null);
  }

  private Session session() {
    return entities.unwrap(Session.class);
  }

  private @Nullable Row row(UUID id) {
    return session()
        .createSelectionQuery(
            """
            select s, b from SubmissionEntity s
            left join PublishedBuildEntity b on b.id = s.id
            where s.id = :id
            """,
            Object[].class)
        .setParameter("id", id)
        .setReadOnly(true)
        .getResultStream()
        .map(BuildReader::row)
        .findFirst()
        .orElse(null);
  }

  private static Row row(@Nullable Object[] pair) {
    if (pair[0] instanceof SubmissionEntity submission) {
      return new Row(submission, (PublishedBuildEntity) pair[1]);
    }
    throw new IllegalStateException("a row without a submission");
  }

  private List<PublishedJobEntity> jobs(List<UUID> builds) {
    if (builds.isEmpty()) {
      return List.of();
    }
    return session()
        .createSelectionQuery(
            """
            select j from PublishedJobEntity j
            where j.buildId in :builds
            order by case when j.kind = PUBLISH then 1 else 0 end, j.id
            """,
            PublishedJobEntity.class)
        .setParameter("builds", builds)
        .setReadOnly(true)
        .getResultList();
  }

  private static Build render(
      Row row,
      List<PublishedJobEntity> jobs,
      Map<UUID, List<Build.Step>> steps,
      @Nullable List<CheckWarning> warnings) {
    SubmissionEntity submission = row.submission();
    PublishedBuildEntity build = row.build();
    return new Build(
        submission.id,
        submission.project,
        submission.cacheScope,
        row.state(),
        submission.tags,
        submission.acceptedAt,
        build == null ? null : build.startedAt,
        build == null ? null : build.finishedAt,
        submission.canceledAt,
        build == null || build.imageDigest == null
            ? null
            : new Build.Image(build.imageDigest, build.imageMediaType, build.imageSize),
        jobs.stream().map(job -> render(job, steps.get(job.id))).toList(),
        steps.isEmpty() ? null : figures(steps.values()),
        warnings,
        build == null ? null : build.failure);
  }

  private static Build.Job render(PublishedJobEntity job, @Nullable List<Build.Step> steps) {
    return new Build.Job(
        job.id,
        job.platform,
        job.kind,
        job.state,
        job.workerId,
        job.attempt,
        job.startedAt,
        job.finishedAt,
        job.manifestDigest,
        job.imageSize,
        steps,
        job.failure);
  }

  private static Build.Step render(PublishedStepEntity step) {
    return new Build.Step(
        step.stepId,
        step.name,
        step.line,
        step.state,
        step.startedAt,
        step.finishedAt,
        step.counters == null ? Map.of() : step.counters,
        step.cause,
        step.warnings == null ? List.of() : step.warnings);
  }

  private static List<CheckWarning> sorted(Set<CheckWarning> checks) {
    return checks.stream()
        .sorted(
            Comparator.comparingInt(CheckWarning::line)
                .thenComparing(CheckWarning::rule)
                .thenComparing(CheckWarning::detail))
        .toList();
  }

  private static CacheFigures figures(Collection<List<Build.Step>> jobs) {
    CacheFigures all = CacheFigures.NONE;
    for (List<Build.Step> steps : jobs) {
      for (Build.Step step : steps) {
        all = all.plus(CacheFigures.of(step.cache(), step.counters()));
      }
    }
    return all;
  }
}
