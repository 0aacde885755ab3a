package dev.brickyard.scheduler.lease;

import dev.brickyard.contracts.Json;
import dev.brickyard.contracts.LeaseAnswer;
import dev.brickyard.contracts.LeaseRequest;
import dev.brickyard.contracts.LeaseStandings;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.hibernate.Session;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * All leases, in PostgreSQL. A lease is held as long as its row was not released and its holder's
 * attempt is live. Who of several gets it, one statement decides, whatever replicas they ask. Past
 * Hibernate: rows live for moments, and a build has one for each process it runs.
 */
@ApplicationScoped
public class Leases {
  private static final Logger LOG = Logger.getLogger(Leases.class);

  /** How long a released lease is remembered: far longer than a worker looks for a record. */
  static final Duration MEMORY = Duration.ofMinutes(5);

  /**
   * Inserts nothing for an attempt that is not live. Takes the row of a holder that no longer is,
   * and gives a lease again to who has it. Returns nothing when somebody else has it. What {@code
   * contested} reads is the table as it was before.
   */
  private static final String ACQUIRE =
      """
      insert into step_lease as l
             (lease_id, key, build_id, job_id, attempt, step_id, log_from, acquired_at)
      select ?, ?, j.build_id, a.job_id, a.attempt, ?, ?, ?
      from attempt a join job j on j.id = a.job_id
      where a.job_id = ? and a.attempt = ? and a.state = 'LIVE'
      on conflict (key) where released_at is null do update set
        lease_id = excluded.lease_id, build_id = excluded.build_id, job_id = excluded.job_id,
        attempt = excluded.attempt, step_id = excluded.step_id, log_from = excluded.log_from,
        acquired_at = excluded.acquired_at
      where l.lease_id = excluded.lease_id
         or not exists (select from attempt h
                        where h.job_id = l.job_id and h.attempt = l.attempt and h.state = 'LIVE')
      returning exists (select from step_lease p
                        where p.key = l.key and p.lease_id <> l.lease_id) as contested
      """;

  private static final String HOLDER =
      """
      select l.lease_id, l.build_id, l.job_id, l.attempt, l.step_id, l.log_from, l.acquired_at
      from step_lease l
      join attempt h on h.job_id = l.job_id and h.attempt = l.attempt and h.state = 'LIVE'
      where l.key = ? and l.released_at is null
      """;

  private static final String STANDINGS =
      """
      select l.lease_id,
             case when l.failed then 'FAILED'
                  when l.released_at is null and h.job_id is not null then 'HELD'
                  else 'GONE' end
      from step_lease l
      left join attempt h on h.job_id = l.job_id and h.attempt = l.attempt and h.state = 'LIVE'
      where l.lease_id = any(?)
      """;

  private static final String IS_LIVE =
      "select from attempt where job_id = ? and attempt = ? and state = 'LIVE'";

  private static final String RELEASE =
      "update step_lease set released_at = ?, failed = ? where lease_id = ? and released_at is null";

  private static final String RELEASE_OF_THE_DEAD =
      """
      update step_lease l set released_at = ?
      where l.released_at is null
        and not exists (select from attempt h
                        where h.job_id = l.job_id and h.attempt = l.attempt and h.state = 'LIVE')
      """;

  private static final String FORGET = "delete from step_lease where released_at < ?";

  private final EntityManager entities;
  private final Clock clock;

  Leases(EntityManager entities, Clock clock) {
    this.entities = entities;
    this.clock = clock;
  }

  /**
   * Grants a lease, or says who has it.
   *
   * @return empty when the attempt that asks no longer holds its job
   */
  @Transactional
  public Optional<LeaseAnswer> acquire(LeaseRequest request) {
    return session().doReturningWork(connection -> acquire(connection, request));
  }

  private Optional<LeaseAnswer> acquire(Connection connection, LeaseRequest request)
      throws SQLException {
    while (true) {
      Optional<LeaseAnswer> granted = grant(connection, request);
      if (granted.isPresent()) {
        return granted;
      }
      Optional<LeaseAnswer> held = holder(connection, request.key());
      if (held.isPresent() || !isLive(connection, request)) {
        return held;
      }
      // The holder let go in between; each round takes one more that did.
    }
  }

  private Optional<LeaseAnswer> grant(Connection connection, LeaseRequest request)
      throws SQLException {
    try (PreparedStatement acquire = connection.prepareStatement(ACQUIRE)) {
      acquire.setObject(1, request.leaseId());
      acquire.setString(2, request.key());
      acquire.setString(3, request.stepId());
      acquire.setLong(4, request.logFrom());
      acquire.setObject(5, utc(clock.instant()));
      acquire.setObject(6, request.jobId());
      acquire.setInt(7, request.attempt());
      try (ResultSet row = acquire.executeQuery()) {
        return row.next() ? Optional.of(answer(row.getBoolean(1), null)) : Optional.empty();
      }
    }
  }

  private static Optional<LeaseAnswer> holder(Connection connection, String key)
      throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(HOLDER)) {
      select.setString(1, key);
      try (ResultSet row = select.executeQuery()) {
        if (!row.next()) {
          return Optional.empty();
        }
        return Optional.of(
            answer(
                false,
                new LeaseAnswer.Holder(
                    row.getObject(1, UUID.class),
                    row.getObject(2, UUID.class),
                    row.getObject(3, UUID.class),
                    row.getInt(4),
                    row.getString(5),
                    row.getLong(6),
                    row.getObject(7, OffsetDateTime.class).toInstant())));
      }
    }
  }

  private static LeaseAnswer answer(boolean contested, LeaseAnswer.@Nullable Holder holder) {
    return new LeaseAnswer(Json.SCHEMA_VERSION, contested, holder);
  }

  private static boolean isLive(Connection connection, LeaseRequest request) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(IS_LIVE)) {
      select.setObject(1, request.jobId());
      select.setInt(2, request.attempt());
      try (ResultSet row = select.executeQuery()) {
        return row.next();
      }
    }
  }

  /** How each of these leases stands. */
  @Transactional
  public List<LeaseStandings.Standing> standings(Collection<UUID> leaseIds) {
    Map<UUID, LeaseStandings.State> known =
        session().doReturningWork(connection -> known(connection, leaseIds));
    return leaseIds.stream()
        .distinct()
        .map(
            id ->
                new LeaseStandings.Standing(id, known.getOrDefault(id, LeaseStandings.State.GONE)))
        .toList();
  }

  private static Map<UUID, LeaseStandings.State> known(
      Connection connection, Collection<UUID> leaseIds) throws SQLException {
    Map<UUID, LeaseStandings.State> known = new HashMap<>();
    Array ids = connection.createArrayOf("uuid", leaseIds.toArray());
    try (PreparedStatement select = connection.prepareStatement(STANDINGS)) {
      select.setArray(1, ids);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          known.put(row.getObject(1, UUID.class), LeaseStandings.State.valueOf(row.getString(2)));
        }
      }
    } finally {
      ids.free();
    }
    return known;
  }

  /** Ends a lease; nothing happens when it has ended or never was. */
  @Transactional
  public void release(UUID leaseId, boolean failed) {
    session()
        .doWork(
            connection -> {
              try (PreparedStatement release = connection.prepareStatement(RELEASE)) {
                release.setObject(1, utc(clock.instant()));
                release.setBoolean(2, failed);
                release.setObject(3, leaseId);
                release.executeUpdate();
              }
            });
  }

  /** Tidies up after the dead, and forgets what ended long ago. Safe on several replicas. */
  @Transactional
  public void sweep() {
    Instant now = clock.instant();
    session()
        .doWork(
            connection -> {
              int ended = update(connection, RELEASE_OF_THE_DEAD, now);
              int forgotten = update(connection, FORGET, now.minus(MEMORY));
              LOG.debugf("%d leases of the dead, %d forgotten", ended, forgotten);
            });
  }

  private static int update(Connection connection, String statement, Instant at)
      throws SQLException {
    try (PreparedStatement update = connection.prepareStatement(statement)) {
      update.setObject(1, utc(at));
      return update.executeUpdate();
    }
  }

  private Session session() {
    return entities.unwrap(Session.class);
  }

  private static OffsetDateTime utc(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }
}
