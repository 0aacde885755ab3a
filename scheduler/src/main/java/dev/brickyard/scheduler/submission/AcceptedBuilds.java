package dev.brickyard.scheduler.submission;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.brickyard.contracts.BuildOptions;
import dev.brickyard.contracts.Json;
import dev.brickyard.contracts.UnreadableMessageException;
import dev.brickyard.scheduler.build.BuildOrder;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.hibernate.Session;

/** The api's published view of what it accepted. There is nothing while the view does not exist. */
@ApplicationScoped
class AcceptedBuilds {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final TypeReference<List<String>> LIST = new TypeReference<>() {};
  private static final TypeReference<Map<String, String>> MAP = new TypeReference<>() {};

  private static final String EXISTS = "select to_regclass('api.submission_published') is not null";

  /** An api of an older release publishes no scope and no options. */
  private static final String FIND =
      """
      select id, project, context_id, dockerfile, platforms::text, tags::text, target,
             build_args::text, labels::text, no_cache, accepted_at, canceled_at is not null,
             traceparent, to_jsonb(s) ->> 'cache_scope',
             coalesce(to_jsonb(s) ->> 'options', '{}')
      from api.submission_published s where id = ?
      """;

  private static final String UNPLANNED =
      """
      select s.id from api.submission_published s
      where not exists (select 1 from build b where b.id = s.id)
      order by s.accepted_at limit 100
      """;

  private static final String CANCELED =
      """
      select s.id from api.submission_published s join build b on b.id = s.id
      where s.canceled_at is not null and b.state in ('QUEUED', 'RUNNING', 'PUBLISHING')
      limit 100
      """;

  private final EntityManager entities;

  /** Whether the view was there once: nobody takes it away again. */
  private volatile boolean seen;

  AcceptedBuilds(EntityManager entities) {
    this.entities = entities;
  }

  /**
   * What the api accepted under that id.
   *
   * @throws IllegalArgumentException when it is nothing that can be planned
   */
  @Transactional
  Optional<BuildOrder> find(UUID id) {
    return entities
        .unwrap(Session.class)
        .doReturningWork(
            connection -> {
              if (!exists(connection)) {
                return Optional.empty();
              }
              try (PreparedStatement select = connection.prepareStatement(FIND)) {
                select.setObject(1, id);
                try (ResultSet row = select.executeQuery()) {
                  return row.next() ? Optional.of(order(row)) : Optional.empty();
                }
              }
            });
  }

  /** Those that have no build yet, the oldest first; a hundred at most. */
  @Transactional
  List<UUID> unplanned() {
    return ids(UNPLANNED);
  }

  /** Those whose build goes on although it should not; a hundred at most. */
  @Transactional
  List<UUID> canceledButRunning() {
    return ids(CANCELED);
  }

  private List<UUID> ids(String query) {
    return entities
        .unwrap(Session.class)
        .doReturningWork(
            connection -> {
              List<UUID> found = new ArrayList<>();
              if (exists(connection)) {
                try (PreparedStatement select = connection.prepareStatement(query);
                    ResultSet rows = select.executeQuery()) {
                  while (rows.next()) {
                    found.add(rows.getObject(1, UUID.class));
                  }
                }
              }
              return found;
            });
  }

  private boolean exists(Connection connection) throws SQLException {
    if (!seen) {
      try (PreparedStatement select = connection.prepareStatement(EXISTS);
          ResultSet row = select.executeQuery()) {
        seen = row.next() && row.getBoolean(1);
      }
    }
    return seen;
  }

  private static BuildOrder order(ResultSet row) throws SQLException {
    try {
      return new BuildOrder(
          row.getObject(1, UUID.class),
          row.getString(2),
          row.getString(14),
          row.getObject(3, UUID.class),
          row.getString(4),
          MAPPER.readValue(row.getString(5), LIST),
          MAPPER.readValue(row.getString(6), LIST),
          row.getString(7),
          MAPPER.readValue(row.getString(8), MAP),
          MAPPER.readValue(row.getString(9), MAP),
          row.getBoolean(10),
          Json.read(row.getString(15).getBytes(StandardCharsets.UTF_8), BuildOptions.class),
          row.getObject(11, OffsetDateTime.class).toInstant(),
          row.getBoolean(12),
          row.getString(13));
    } catch (JsonProcessingException | UnreadableMessageException e) {
      throw new IllegalArgumentException("a submission that cannot be read", e);
    }
  }
}
