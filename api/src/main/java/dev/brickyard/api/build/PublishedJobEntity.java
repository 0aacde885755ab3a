package dev.brickyard.api.build;

import dev.brickyard.contracts.Failure;
import dev.brickyard.contracts.JobKind;
import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;
import org.hibernate.annotations.Immutable;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;
import org.jspecify.annotations.Nullable;

/** A job as the scheduler publishes it. Read only. */
@Entity
@Immutable
@Table(schema = "scheduler", name = "job_published")
@SuppressWarnings("NullAway.Init") // Hibernate fills the columns that are never null.
public class PublishedJobEntity extends PanacheEntityBase {
  @Id public UUID id;

  @Column(name = "build_id")
  public UUID buildId;

  @Enumerated(EnumType.STRING)
  public JobKind kind;

  public String platform;

  @Enumerated(EnumType.STRING)
  public JobState state;

  public int attempt;

  @Column(name = "worker_id")
  public @Nullable String workerId;

  @Column(name = "queued_at")
  public @Nullable Instant queuedAt;

  @Column(name = "started_at")
  public @Nullable Instant startedAt;

  @Column(name = "finished_at")
  public @Nullable Instant finishedAt;

  @Column(name = "manifest_digest")
  public @Nullable String manifestDigest;

  @Column(name = "manifest_media_type")
  public @Nullable String manifestMediaType;

  @Column(name = "manifest_size")
  public @Nullable Long manifestSize;

  @Column(name = "image_size")
  public @Nullable Long imageSize;

  @JdbcTypeCode(SqlTypes.JSON)
  public @Nullable Failure failure;
}
