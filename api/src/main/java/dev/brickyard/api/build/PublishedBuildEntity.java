package dev.brickyard.api.build;

import dev.brickyard.contracts.Failure;
import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.hibernate.annotations.Immutable;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;
import org.jspecify.annotations.Nullable;

/** A build as the scheduler publishes it. Read only. */
@Entity
@Immutable
@Table(schema = "scheduler", name = "build_published")
@SuppressWarnings("NullAway.Init") // Hibernate fills the columns that are never null.
public class PublishedBuildEntity extends PanacheEntityBase {
  @Id public UUID id;

  public String project;

  @Enumerated(EnumType.STRING)
  public BuildState state;

  @JdbcTypeCode(SqlTypes.JSON)
  public List<String> tags;

  @Column(name = "created_at")
  public Instant createdAt;

  @Column(name = "started_at")
  public @Nullable Instant startedAt;

  @Column(name = "finished_at")
  public @Nullable Instant finishedAt;

  @Column(name = "image_digest")
  public @Nullable String imageDigest;

  @Column(name = "image_media_type")
  public @Nullable String imageMediaType;

  @Column(name = "image_size")
  public @Nullable Long imageSize;

  @JdbcTypeCode(SqlTypes.JSON)
  public @Nullable Failure failure;
}
