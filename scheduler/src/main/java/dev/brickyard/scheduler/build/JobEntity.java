package dev.brickyard.scheduler.build;

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
import java.util.UUID;
import org.hibernate.annotations.ColumnTransformer;
import org.jspecify.annotations.Nullable;

/** A job as a row. Locked through its build's row. */
@Entity
@Table(name = "job")
class JobEntity {
  @Id UUID id;

  @Column(name = "build_id")
  UUID buildId;

  int ordinal;

  @Enumerated(EnumType.STRING)
  JobKind kind;

  String platform;

  @Enumerated(EnumType.STRING)
  JobState state;

  int attempt;
  int spent;

  @Column(name = "queued_at")
  @Nullable Instant queuedAt;

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
  protected JobEntity() {}

  JobEntity(UUID buildId, int ordinal, JobLife life) {
    this.buildId = buildId;
    this.ordinal = ordinal;
    id = life.id();
    kind = life.kind();
    platform = life.platform();
    state = life.state();
    take(life);
  }

  /** Makes the row say what the life says. */
  final void take(JobLife life) {
    state = life.state();
    attempt = life.attempt();
    spent = life.spent();
    queuedAt = life.queuedAt();
    startedAt = life.startedAt();
    finishedAt = life.finishedAt();
    image = life.image();
    failure = life.failure();
  }

  JobLife life(@Nullable Ticket ticket) {
    return new JobLife(
        id,
        kind,
        platform,
        state,
        attempt,
        spent,
        ticket,
        queuedAt,
        startedAt,
        finishedAt,
        image,
        failure);
  }
}
