package dev.brickyard.api.build;

import dev.brickyard.contracts.CheckWarning;
import dev.brickyard.contracts.StepCause;
import dev.brickyard.contracts.StepStatus;
import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.io.Serializable;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.hibernate.annotations.Immutable;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;
import org.jspecify.annotations.Nullable;

/** A step of a job's attempt as the scheduler publishes it. Read only. */
@Entity
@Immutable
@IdClass(PublishedStepEntity.Key.class)
@Table(schema = "scheduler", name = "step_published")
@SuppressWarnings("NullAway.Init") // Hibernate fills the columns that are never null.
public class PublishedStepEntity extends PanacheEntityBase {
  @Id
  @Column(name = "job_id")
  public UUID jobId;

  @Id public int attempt;

  @Id
  @Column(name = "step_id")
  public String stepId;

  public int ordinal;

  public String name;

  public int line;

  @Enumerated(EnumType.STRING)
  public StepStatus state;

  @Column(name = "started_at")
  public @Nullable Instant startedAt;

  @Column(name = "finished_at")
  public @Nullable Instant finishedAt;

  @JdbcTypeCode(SqlTypes.JSON)
  public @Nullable Map<String, Long> counters;

  @JdbcTypeCode(SqlTypes.JSON)
  public @Nullable List<String> inputs;

  @JdbcTypeCode(SqlTypes.JSON)
  public @Nullable StepCause cause;

  @JdbcTypeCode(SqlTypes.JSON)
  public @Nullable List<String> warnings;

  @JdbcTypeCode(SqlTypes.JSON)
  public @Nullable List<CheckWarning> checks;

  /** What names a step. */
  public record Key(UUID jobId, int attempt, String stepId) implements Serializable {}
}
