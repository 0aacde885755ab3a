package dev.brickyard.api.cache;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A collection somebody asked for. Never changes. */
@Entity
@Table(schema = "api", name = "collection_request")
@SuppressWarnings("NullAway.Init") // Hibernate fills the columns that are never null.
public class CollectionRequestEntity extends PanacheEntityBase {
  @Id public UUID id;

  @Column(name = "dry_run", updatable = false)
  public boolean dryRun;

  @Column(name = "grace_seconds", updatable = false)
  public @Nullable Long graceSeconds;

  @Column(name = "requested_at", updatable = false)
  public Instant requestedAt;
}
