package dev.brickyard.scheduler.build;

import dev.brickyard.contracts.BuildOptions;
import dev.brickyard.contracts.Failure;
import dev.brickyard.contracts.ImageManifest;
import dev.brickyard.contracts.JobKind;
import jakarta.persistence.Column;
import jakarta.persistence.Convert;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.hibernate.annotations.ColumnTransformer;
import org.jspecify.annotations.Nullable;

/** A build as a row: what was ordered, which never changes, and how it stands. */
@Entity
@Table(name = "build")
class BuildEntity {
  @Id UUID id;
  String project;

  @Column(name = "cache_scope")
  @Nullable String cacheScope;

  @Enumerated(EnumType.STRING)
  BuildState state;

  @Column(name = "context_id")
  UUID contextId;

  String dockerfile;

  @Convert(converter = JsonColumns.OfList.class)
  @Column(columnDefinition = "jsonb")
  @ColumnTransformer(write = "cast(? as jsonb)")
  List<String> tags;

  @Nullable String target;

  @Convert(converter = JsonColumns.OfMap.class)
  @Column(name = "build_args", columnDefinition = "jsonb")
  @ColumnTransformer(write = "cast(? as jsonb)")
  Map<String, String> buildArgs;

  @Convert(converter = JsonColumns.OfMap.class)
  @Column(columnDefinition = "jsonb")
  @ColumnTransformer(write = "cast(? as jsonb)")
  Map<String, String> labels;

  @Column(name = "no_cache")
  boolean noCache;

  @Convert(converter = JsonColumns.OfOptions.class)
  @Column(columnDefinition = "jsonb")
  @ColumnTransformer(write = "cast(? as jsonb)")
  BuildOptions options;

  @Nullable String traceparent;

  @Column(name = "created_at")
  Instant createdAt;

  @Column(name = "started_at")
  @Nullable Instant startedAt;

  @Column(name = "finished_at")
  @Nullable Instant finishedAt;

  @Convert(converter = JsonColumns.OfImage.class)
  @Column(columnDefinition = "jsonb")
  @ColumnTransformer(write = "cast(? as jsonb)")
  @Nullable ImageManifest image;

  @Convert(converter = JsonColumns.OfFailure.class)
  @Column(columnDefinition = "jsonb")
  @ColumnTransformer(write = "cast(? as jsonb)")
  @Nullable Failure failure;

  /** For Hibernate, which sets the fields. */
  @SuppressWarnings("NullAway.Init")
  protected BuildEntity() {}

  BuildEntity(BuildOrder order, BuildLife life) {
    id = order.id();
    project = order.project();
    cacheScope = order.cacheScope();
    contextId = order.contextId();
    dockerfile = order.dockerfile();
    tags = order.tags();
    target = order.target();
    buildArgs = order.buildArgs();
    labels = order.labels();
    noCache = order.noCache();
    options = order.options();
    traceparent = order.traceparent();
    createdAt = order.acceptedAt();
    state = life.state();
    take(life);
  }

  /** Makes the row say what the life says. */
  final void take(BuildLife life) {
    state = life.state();
    startedAt = life.startedAt();
    finishedAt = life.finishedAt();
    image = life.image();
    failure = life.failure();
  }

  BuildLife life(List<JobLife> jobs) {
    return new BuildLife(id, state, startedAt, finishedAt, image, failure, jobs);
  }

  /** What was ordered; the platforms are those of the jobs. */
  BuildOrder order(BuildLife life) {
    return new BuildOrder(
        id,
        project,
        cacheScope,
        contextId,
        dockerfile,
        life.jobs().stream()
            .filter(job -> job.kind() == JobKind.BUILD)
            .map(JobLife::platform)
            .toList(),
        tags,
        target,
        buildArgs,
        labels,
        noCache,
        options,
        createdAt,
        life.state() == BuildState.CANCELED,
        traceparent);
  }
}
