package dev.brickyard.api.submission;

import dev.brickyard.contracts.BuildOptions;
import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;
import org.jspecify.annotations.Nullable;

/**
 * What a client asked for. The scheduler reads it through the view {@code submission_published};
 * after its acceptance nothing of it changes but {@link #canceledAt}, which is set once.
 */
@Entity
@Table(schema = "api", name = "submission")
@SuppressWarnings("NullAway.Init") // Hibernate fills the columns that are never null.
public class SubmissionEntity extends PanacheEntityBase {
  @Id public UUID id;

  @Column(updatable = false)
  public String project;

  @Column(name = "cache_scope", updatable = false)
  public @Nullable String cacheScope;

  @Column(name = "context_id", updatable = false)
  public UUID contextId;

  @Column(updatable = false)
  public String dockerfile;

  @JdbcTypeCode(SqlTypes.JSON)
  @Column(updatable = false)
  public List<String> platforms;

  @JdbcTypeCode(SqlTypes.JSON)
  @Column(updatable = false)
  public List<String> tags;

  @Column(updatable = false)
  public @Nullable String target;

  @JdbcTypeCode(SqlTypes.JSON)
  @Column(name = "build_args", updatable = false)
  public Map<String, String> buildArgs;

  @JdbcTypeCode(SqlTypes.JSON)
  @Column(updatable = false)
  public Map<String, String> labels;

  @Column(name = "no_cache", updatable = false)
  public boolean noCache;

  @JdbcTypeCode(SqlTypes.JSON)
  @Column(updatable = false)
  public BuildOptions options;

  @Column(name = "accepted_at", updatable = false)
  public Instant acceptedAt;

  @Column(name = "canceled_at")
  public @Nullable Instant canceledAt;

  @Column(updatable = false)
  public @Nullable String traceparent;
}
