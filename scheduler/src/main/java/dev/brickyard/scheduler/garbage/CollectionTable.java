package dev.brickyard.scheduler.garbage;

import dev.brickyard.contracts.Json;
import dev.brickyard.storage.garbage.CollectionReport;
import dev.brickyard.storage.garbage.Figures;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** The history of collections, and what the api asked for. */
@Singleton
class CollectionTable {
  private static final String EXISTS =
      "select to_regclass('api.collection_request_published') is not null";

  private static final String REQUESTED =
      """
      select r.id, r.dry_run, r.grace_seconds from api.collection_request_published r
      where not exists (select 1 from collection c where c.id = r.id)
      order by r.requested_at limit 1
      """;

  private static final String START_REQUESTED =
      """
      insert into collection (id, trigger, state, dry_run, requested_at, started_at)
      select r.id, 'REQUEST', 'RUNNING', r.dry_run, r.requested_at, now()
      from api.collection_request_published r where r.id = ?
      on conflict do nothing
      """;

  private static final String START_SCHEDULED =
      """
      insert into collection (id, trigger, state, dry_run, started_at)
      values (?, 'SCHEDULE', 'RUNNING', false, now())
      """;

  private static final String ABANDON =
      """
      update collection set state = 'FAILED', finished_at = now(),
             error = 'The scheduler stopped while it ran.'
      where state = 'RUNNING'
      """;

  private static final String SUCCEED =
      """
      update collection set state = 'SUCCEEDED', finished_at = now(), grace_seconds = ?,
             figures = ?::jsonb, sample = ?::jsonb
      where id = ?
      """;

  private static final String FAIL =
      "update collection set state = 'FAILED', finished_at = now(), error = ? where id = ?";

  private static final String FORGET =
      "delete from collection where started_at < now() - ? * interval '1 second'";

  private static final String SINCE_LAST =
      """
      select extract(epoch from now() - max(started_at))::bigint
      from collection where trigger = 'SCHEDULE'
      """;

  private final DataSource database;

  CollectionTable(DataSource database) {
    this.database = database;
  }

  /**
   * What somebody asked for.
   *
   * @param grace instead of the configured one
   */
  record Request(UUID id, boolean dryRun, Optional<Duration> grace) {}

  /** The oldest request that has not been begun. */
  Optional<Request> requested() throws SQLException {
    try (Connection connection = database.getConnection()) {
      try (PreparedStatement select = connection.prepareStatement(EXISTS);
          ResultSet row = select.executeQuery()) {
        if (!row.next() || !row.getBoolean(1)) {
          return Optional.empty();
        }
      }
      try (PreparedStatement select = connection.prepareStatement(REQUESTED);
          ResultSet row = select.executeQuery()) {
        if (!row.next()) {
          return Optional.empty();
        }
        long seconds = row.getLong(3);
        return Optional.of(
            new Request(
                row.getObject(1, UUID.class),
                row.getBoolean(2),
                row.wasNull() ? Optional.empty() : Optional.of(Duration.ofSeconds(seconds))));
      }
    }
  }

  /** How long ago the last scheduled one began; empty when there was none. */
  Optional<Duration> sinceLastScheduled() throws SQLException {
    try (Connection connection = database.getConnection();
        PreparedStatement select = connection.prepareStatement(SINCE_LAST);
        ResultSet row = select.executeQuery()) {
      row.next();
      long seconds = row.getLong(1);
      return row.wasNull() ? Optional.empty() : Optional.of(Duration.ofSeconds(seconds));
    }
  }

  /** Begins a requested one; false when another scheduler did. */
  boolean startRequested(UUID id) throws SQLException {
    return update(START_REQUESTED, id) == 1;
  }

  void startScheduled(UUID id) throws SQLException {
    update(START_SCHEDULED, id);
  }

  /** Ends those that a scheduler began which is no more. Only while holding the lock. */
  void endAbandoned() throws SQLException {
    update(ABANDON);
  }

  void succeed(UUID id, CollectionReport report) throws SQLException {
    Map<String, Figures> figures = new TreeMap<>();
    report.kinds().forEach((kind, of) -> figures.put(kind.word(), of));
    update(SUCCEED, report.grace().toSeconds(), json(figures), json(report.sample()), id);
  }

  void fail(UUID id, @Nullable String error) throws SQLException {
    update(FAIL, error == null ? "It failed." : error.replace("\0", ""), id);
  }

  void forgetOlderThan(Duration age) throws SQLException {
    update(FORGET, age.toSeconds());
  }

  private static String json(Object value) {
    return new String(Json.write(value), StandardCharsets.UTF_8);
  }

  private int update(String statement, Object... values) throws SQLException {
    try (Connection connection = database.getConnection();
        PreparedStatement prepared = connection.prepareStatement(statement)) {
      for (int i = 0; i < values.length; i++) {
        prepared.setObject(i + 1, values[i]);
      }
      return prepared.executeUpdate();
    }
  }
}
