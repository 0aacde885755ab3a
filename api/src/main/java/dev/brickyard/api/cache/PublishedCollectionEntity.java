package dev.brickyard.api.cache;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.hibernate.annotations.Immutable;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;
import org.jspecify.annotations.Nullable;

/** A collection as the scheduler publishes it. Read only. */
@Entity
@Immutable
@Table(schema = "scheduler", name = "collection_published")
@SuppressWarnings("NullAway.Init") // Hibernate fills the columns that are never null.
public class PublishedCollectionEntity extends PanacheEntityBase {
  @Id public UUID id;

  @Enumerated(EnumType.STRING)
  public Collection.Trigger trigger;

  @Enumerated(EnumType.STRING)
  public Collection.State state;

  @Column(name = "dry_run")
  public boolean dryRun;

  @Column(name = "requested_at")
  public @Nullable Instant requestedAt;

  @Column(name = "started_at")
  public Instant startedAt;

  @Column(name = "finished_at")
  public @Nullable Instant finishedAt;

  @Column(name = "grace_seconds")
  public @Nullable Long graceSeconds;

  @JdbcTypeCode(SqlTypes.JSON)
  public @Nullable Map<String, Collection.Figures> figures;

  @JdbcTypeCode(SqlTypes.JSON)
  public @Nullable List<String> sample;

  public @Nullable String error;
}
