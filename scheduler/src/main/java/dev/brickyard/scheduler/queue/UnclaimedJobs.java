package dev.brickyard.scheduler.queue;

import dev.brickyard.contracts.JobKind;
import dev.brickyard.contracts.JobQueued;
import dev.brickyard.contracts.Json;
import dev.brickyard.contracts.Topics;
import dev.brickyard.scheduler.SchedulerConfiguration;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.hibernate.Session;
import org.jboss.logging.Logger;

/**
 * Puts jobs out again whose record is gone although nobody claimed it: Kafka archives a record that
 * it delivered a few times in vain, as when workers die before they ask. A job that waits while a
 * worker of its platform has nothing to do is such a one, or might be: a second record of a job is
 * harmless, since only one claim is granted. It is put out at growing intervals.
 */
@ApplicationScoped
public class UnclaimedJobs {
  private static final Logger LOG = Logger.getLogger(UnclaimedJobs.class);

  /** A worker that was not heard of for longer has nothing to do for another reason. */
  private static final Duration HEARD = Duration.ofSeconds(30);

  /** The rest doubles until it is 64 times as long. */
  private static final String WAITING =
      """
      select j.id, j.build_id, j.kind, j.attempt, j.platform, b.traceparent
      from job j join build b on b.id = j.build_id
      where j.state = 'QUEUED' and j.queued_at < ?
        and case when j.put_out_at > j.queued_at
              then j.put_out_at + (? * power(2, least(j.put_out, 6))) * interval '1 second' < ?
              else true end
        and exists (select 1 from worker w
                    where w.state = 'READY' and w.busy < w.slots and w.seen_at > ?
                      and w.platforms @> to_jsonb(j.platform))
        and not exists (select 1 from outbox o where o.key = j.id::text)
      order by j.queued_at limit 100
      for update of j skip locked
      """;

  private static final String NOTE =
      """
      update job set put_out = case when put_out_at > queued_at then put_out + 1 else 1 end,
                     put_out_at = ?
      where id = ?
      """;

  private final EntityManager entities;
  private final Outbox outbox;
  private final SchedulerConfiguration configuration;
  private final Clock clock;

  UnclaimedJobs(
      EntityManager entities, Outbox outbox, SchedulerConfiguration configuration, Clock clock) {
    this.entities = entities;
    this.outbox = outbox;
    this.configuration = configuration;
    this.clock = clock;
  }

  /** Puts out again what waits for too long. Safe on several replicas at once. */
  @Transactional
  public void sweep() {
    List<OutgoingRecord> records =
        entities.unwrap(Session.class).doReturningWork(this::takeWaiting);
    outbox.add(records);
  }

  private List<OutgoingRecord> takeWaiting(Connection connection) throws SQLException {
    Instant now = clock.instant();
    Duration after = configuration.jobs().unclaimedAfter();
    List<OutgoingRecord> records = new ArrayList<>();
    try (PreparedStatement select = connection.prepareStatement(WAITING);
        PreparedStatement note = connection.prepareStatement(NOTE)) {
      select.setObject(1, now.minus(after).atOffset(ZoneOffset.UTC));
      select.setDouble(2, after.toMillis() / 1000.0);
      select.setObject(3, now.atOffset(ZoneOffset.UTC));
      select.setObject(4, now.minus(HEARD).atOffset(ZoneOffset.UTC));
      try (ResultSet found = select.executeQuery()) {
        while (found.next()) {
          UUID job = found.getObject(1, UUID.class);
          String platform = found.getString(5);
          LOG.warnf("job %s waits while a worker is idle, putting it out again", job);
          records.add(
              OutgoingRecord.now(
                  Topics.jobs(platform),
                  job.toString(),
                  new JobQueued(
                      Json.SCHEMA_VERSION,
                      found.getObject(2, UUID.class),
                      job,
                      JobKind.valueOf(found.getString(3)),
                      found.getInt(4) + 1,
                      platform,
                      found.getString(6))));
          note.setObject(1, now.atOffset(ZoneOffset.UTC));
          note.setObject(2, job);
          note.addBatch();
        }
      }
      note.executeBatch();
    }
    return records;
  }
}
