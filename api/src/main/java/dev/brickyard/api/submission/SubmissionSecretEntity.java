package dev.brickyard.api.submission;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;

/**
 * The secrets that came with a submission, sealed; there until its build has ended. The scheduler
 * reads them through the view {@code submission_secret_published}.
 */
@Entity
@Table(schema = "api", name = "submission_secret")
@SuppressWarnings("NullAway.Init") // Hibernate fills the columns that are never null.
public class SubmissionSecretEntity extends PanacheEntityBase {
  @Id
  @Column(name = "build_id")
  public UUID buildId;

  @Column(updatable = false)
  public byte[] sealed;

  @Column(name = "created_at", updatable = false)
  public Instant createdAt;
}
