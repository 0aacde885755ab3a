package dev.brickyard.scheduler.garbage;

import dev.brickyard.storage.garbage.BuildLedger;
import jakarta.inject.Singleton;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import javax.sql.DataSource;

/** The farm's builds as its tables have them. All times are the database's. */
@Singleton
class FarmLedger implements BuildLedger {
  private static final String LONGEST =
      """
      select extract(epoch from now() - min(started_at))
      from build where state in ('QUEUED', 'RUNNING', 'PUBLISHING')
      """;

  private static final String PLANNED =
      """
      select context_id, extract(epoch from now() - finished_at)
      from build where context_id = any (?)
      """;

  private static final String EXISTS = "select to_regclass('api.submission_published') is not null";

  /** Accepted, and perhaps not planned yet. */
  private static final String ACCEPTED =
      "select context_id from api.submission_published where context_id = any (?)";

  private final DataSource database;

  FarmLedger(DataSource database) {
    this.database = database;
  }

  /**
   * One that is tried again counts from its first attempt; one that never began has used nothing.
   */
  @Override
  public Optional<Duration> longestRunning() {
    try (Connection connection = database.getConnection();
        PreparedStatement select = connection.prepareStatement(LONGEST);
        ResultSet row = select.executeQuery()) {
      row.next();
      double seconds = row.getDouble(1);
      return row.wasNull() ? Optional.empty() : Optional.of(duration(seconds));
    } catch (SQLException e) {
      throw new IllegalStateException("the builds cannot be read", e);
    }
  }

  @Override
  public Map<UUID, ContextNeed> contexts(Set<UUID> ids) {
    Map<UUID, ContextNeed> needs = new HashMap<>();
    try (Connection connection = database.getConnection()) {
      Array wanted = connection.createArrayOf("uuid", ids.toArray());
      // Accepted ones first: a build planned meanwhile is then seen by the second look.
      if (exists(connection)) {
        try (PreparedStatement select = connection.prepareStatement(ACCEPTED)) {
          select.setArray(1, wanted);
          try (ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
              needs.put(rows.getObject(1, UUID.class), new ContextNeed.Open());
            }
          }
        }
      }
      try (PreparedStatement select = connection.prepareStatement(PLANNED)) {
        select.setArray(1, wanted);
        try (ResultSet rows = select.executeQuery()) {
          while (rows.next()) {
            double seconds = rows.getDouble(2);
            needs.put(
                rows.getObject(1, UUID.class),
                rows.wasNull() ? new ContextNeed.Open() : new ContextNeed.Ended(duration(seconds)));
          }
        }
      }
    } catch (SQLException e) {
      throw new IllegalStateException("the builds cannot be read", e);
    }
    return needs;
  }

  private static boolean exists(Connection connection) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(EXISTS);
        ResultSet row = select.executeQuery()) {
      return row.next() && row.getBoolean(1);
    }
  }

  private static Duration duration(double seconds) {
    return Duration.ofMillis(Math.max(0, Math.round(seconds * 1000)));
  }
}
