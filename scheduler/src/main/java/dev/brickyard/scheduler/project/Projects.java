package dev.brickyard.scheduler.project;

import dev.brickyard.contracts.Json;
import dev.brickyard.contracts.ProjectSettings;
import dev.brickyard.contracts.UnreadableMessageException;
import dev.brickyard.scheduler.SchedulerConfiguration;
import dev.brickyard.storage.garbage.RetentionPolicies;
import dev.brickyard.storage.garbage.RetentionPolicy;
import io.quarkus.runtime.configuration.MemorySize;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import javax.sql.DataSource;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The settings of projects. Every claim asks for them, so they are remembered for a moment: a
 * change is heeded some seconds later.
 */
@Singleton
public class Projects {
  private static final Logger LOG = Logger.getLogger(Projects.class);
  private static final Duration FRESH = Duration.ofSeconds(2);
  private static final String EXISTS = "select to_regclass('api.project_published') is not null";
  private static final String ALL = "select name, settings::text from api.project_published";

  private final DataSource database;
  private final ProjectDefaults defaults;
  private final Clock clock;

  private volatile Known known = new Known(Map.of(), Instant.MIN);

  private record Known(Map<String, ProjectSettings> settings, Instant at) {}

  Projects(DataSource database, SchedulerConfiguration configuration, Clock clock) {
    this.database = database;
    this.defaults = configuration.projectDefaults();
    this.clock = clock;
  }

  /** What becomes of a project's cache mounts; nothing of it is null. */
  public ProjectSettings.CacheMounts cacheMounts(String project) {
    ProjectSettings.CacheMounts decided = of(all(), project).cacheMounts();
    Boolean saved = decided == null ? null : decided.saved();
    Long maxBytes = decided == null ? null : decided.maxBytes();
    return new ProjectSettings.CacheMounts(
        saved == null ? defaults.cacheMounts().saved() : saved,
        maxBytes == null ? defaults.cacheMounts().maxBytes().asLongValue() : maxBytes);
  }

  /** The policies as they are now, whatever is decided later. */
  public RetentionPolicies policies() {
    Map<String, ProjectSettings> now = read();
    return project -> policy(of(now, project).retention());
  }

  private RetentionPolicy policy(ProjectSettings.@Nullable Retention decided) {
    Duration maxAge = decided == null ? null : decided.maxAge();
    Integer keepLast = decided == null ? null : decided.keepLast();
    Long maxBytes = decided == null ? null : decided.maxBytes();
    return new RetentionPolicy(
        maxAge == null ? defaults.maxAge() : maxAge,
        keepLast == null ? defaults.keepLast() : keepLast,
        maxBytes == null
            ? defaults
                .maxBytes()
                .map(MemorySize::asLongValue)
                .map(OptionalLong::of)
                .orElse(OptionalLong.empty())
            : OptionalLong.of(maxBytes));
  }

  private static ProjectSettings of(Map<String, ProjectSettings> settings, String project) {
    return settings.getOrDefault(project, ProjectSettings.NONE);
  }

  private Map<String, ProjectSettings> all() {
    Known current = known;
    if (clock.instant().isAfter(current.at().plus(FRESH))) {
      current = new Known(read(), clock.instant());
      known = current;
    }
    return current.settings();
  }

  /** There is nothing while the api has not made its view. */
  private Map<String, ProjectSettings> read() {
    Map<String, ProjectSettings> settings = new HashMap<>();
    try (Connection connection = database.getConnection()) {
      if (!exists(connection)) {
        return Map.of();
      }
      try (PreparedStatement select = connection.prepareStatement(ALL);
          ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          settings.put(rows.getString(1), settings(rows.getString(1), rows.getString(2)));
        }
      }
    } catch (SQLException e) {
      throw new IllegalStateException("the settings of projects cannot be read", e);
    }
    return Map.copyOf(settings);
  }

  private static ProjectSettings settings(String project, String json) {
    try {
      return Json.read(json.getBytes(StandardCharsets.UTF_8), ProjectSettings.class);
    } catch (UnreadableMessageException e) {
      LOG.errorf("the settings of project %s cannot be read: %s", project, e.getMessage());
      return ProjectSettings.NONE;
    }
  }

  private static boolean exists(Connection connection) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(EXISTS);
        ResultSet row = select.executeQuery()) {
      return row.next() && row.getBoolean(1);
    }
  }
}
