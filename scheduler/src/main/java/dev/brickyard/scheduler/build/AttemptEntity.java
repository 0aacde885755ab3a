package dev.brickyard.scheduler.build;

import dev.brickyard.contracts.Failure;
import jakarta.persistence.Column;
import jakarta.persistence.Convert;
import jakarta.persistence.Embeddable;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;
import org.hibernate.annotations.ColumnTransformer;
import org.jspecify.annotations.Nullable;

/** An attempt at a job as a row. */
@Entity
@Table(name = "attempt")
class AttemptEntity {
  @EmbeddedId Key key;

  @Enumerated(EnumType.STRING)
  AttemptState state;

  @Column(name = "worker_id")
  String workerId;

  String queue;

  @Column(name = "record_offset")
  long recordOffset;

  @Column(name = "delivery_count")
  int deliveryCount;

  @Column(name = "claimed_at")
  Instant claimedAt;

  /** Written past Hibernate by {@code Heartbeats}; this is only its first value. */
  @Column(name = "heartbeat_at", updatable = false)
  Instant heartbeatAt;

  @Column(name = "ended_at")
  @Nullable Instant endedAt;

  @Convert(converter = JsonColumns.OfFailure.class)
  @Column(columnDefinition = "jsonb")
  @ColumnTransformer(write = "cast(? as jsonb)")
  @Nullable Failure failure;

  /** Which attempt at which job. */
  @Embeddable
  record Key(@Column(name = "job_id") UUID jobId, @Column(name = "attempt") int attempt) {}

  /** For Hibernate, which sets the fields. */
  @SuppressWarnings("NullAway.Init")
  protected AttemptEntity() {}

  AttemptEntity(Key key, Ticket ticket, Instant now) {
    this.key = key;
    state = AttemptState.LIVE;
    workerId = ticket.workerId();
    queue = ticket.queue();
    recordOffset = ticket.offset();
    deliveryCount = ticket.deliveryCount();
    claimedAt = now;
    heartbeatAt = now;
  }

  Ticket ticket() {
    return new Ticket(workerId, queue, recordOffset, deliveryCount);
  }
}
