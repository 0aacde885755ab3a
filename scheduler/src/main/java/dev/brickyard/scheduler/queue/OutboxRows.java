package dev.brickyard.scheduler.queue;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.hibernate.Session;

/** The outbox's table. Past Hibernate: rows live for milliseconds and are never looked at again. */
@ApplicationScoped
class OutboxRows {
  private final EntityManager entities;

  OutboxRows(EntityManager entities) {
    this.entities = entities;
  }

  @Transactional(Transactional.TxType.MANDATORY)
  void insert(List<OutboxRow> rows, Instant now) {
    session()
        .doWork(
            connection -> {
              try (PreparedStatement insert =
                  connection.prepareStatement(
                      "insert into outbox (id, topic, key, payload, created_at, not_before)"
                          + " values (?, ?, ?, ?, ?, ?)")) {
                for (OutboxRow row : rows) {
                  insert.setObject(1, row.id());
                  insert.setString(2, row.record().topic());
                  insert.setString(3, row.record().key());
                  insert.setBytes(4, row.record().value());
                  insert.setObject(5, utc(now));
                  insert.setObject(6, utc(row.record().notBefore()));
                  insert.addBatch();
                }
                insert.executeBatch();
              }
            });
  }

  @Transactional
  void delete(Collection<UUID> ids) {
    session().doWork(connection -> delete(connection, ids));
  }

  /**
   * Takes rows that are due and that no one seems to be sending, gives them to the sender while
   * other replicas pass them over, and deletes those it got rid of.
   *
   * @param forgotten the age at which a row is no longer left to who committed it
   * @param sender returns the ids of what was sent
   * @return whether all were sent and there may be more
   */
  @Transactional
  boolean take(
      Instant now,
      Duration forgotten,
      int limit,
      Function<List<OutboxRow>, Collection<UUID>> sender) {
    return session()
        .doReturningWork(
            connection -> {
              List<OutboxRow> rows = due(connection, now, now.minus(forgotten), limit);
              if (rows.isEmpty()) {
                return false;
              }
              Collection<UUID> sent = sender.apply(rows);
              delete(connection, sent);
              return sent.size() == limit;
            });
  }

  private static List<OutboxRow> due(
      Connection connection, Instant now, Instant forgottenSince, int limit) throws SQLException {
    List<OutboxRow> rows = new ArrayList<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            "select id, topic, key, payload, not_before from outbox where not_before <= ?"
                + " and (not_before > created_at or created_at < ?)"
                + " order by id limit ? for update skip locked")) {
      select.setObject(1, utc(now));
      select.setObject(2, utc(forgottenSince));
      select.setInt(3, limit);
      try (ResultSet found = select.executeQuery()) {
        while (found.next()) {
          rows.add(
              new OutboxRow(
                  found.getObject(1, UUID.class),
                  new OutgoingRecord(
                      found.getString(2),
                      found.getString(3),
                      found.getBytes(4),
                      found.getObject(5, OffsetDateTime.class).toInstant())));
        }
      }
    }
    return rows;
  }

  private static void delete(Connection connection, Collection<UUID> ids) throws SQLException {
    Array array = connection.createArrayOf("uuid", ids.toArray());
    try (PreparedStatement delete =
        connection.prepareStatement("delete from outbox where id = any(?)")) {
      delete.setArray(1, array);
      delete.executeUpdate();
    } finally {
      array.free();
    }
  }

  private Session session() {
    return entities.unwrap(Session.class);
  }

  private static OffsetDateTime utc(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }
}
