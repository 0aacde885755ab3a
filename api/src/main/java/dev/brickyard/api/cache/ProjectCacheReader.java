package dev.brickyard.api.cache;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Instant;
import java.time.ZoneOffset;
import org.hibernate.Session;

/** Adds up a project's figures, from the index over what the scheduler summed up for each job. */
@ApplicationScoped
public class ProjectCacheReader {
  static final String TOTALS =
      """
      select count(distinct build_id), coalesce(sum(hits), 0), coalesce(sum(misses), 0),
             coalesce(sum(bytes_fetched), 0), coalesce(sum(bytes_pushed), 0),
             coalesce(sum(bytes_skipped), 0), coalesce(sum(bytes_stored), 0),
             coalesce(sum(millis_saved), 0)
      from scheduler.job_cache_published
      where project = ? and ended_at >= ?
      """;

  private final EntityManager entities;

  ProjectCacheReader(EntityManager entities) {
    this.entities = entities;
  }

  /** The figures of the project's jobs that ended from then on. One statement. */
  @Transactional
  public ProjectCache totals(String project, Instant since) {
    return entities
        .unwrap(Session.class)
        .doReturningWork(
            connection -> {
              try (PreparedStatement select = connection.prepareStatement(TOTALS)) {
                select.setString(1, project);
                select.setObject(2, since.atOffset(ZoneOffset.UTC));
                try (ResultSet row = select.executeQuery()) {
                  row.next();
                  return ProjectCache.of(
                      project,
                      since,
                      row.getLong(1),
                      new CacheFigures(
                          row.getLong(2),
                          row.getLong(3),
                          row.getLong(4),
                          row.getLong(5),
                          row.getLong(6),
                          row.getLong(7),
                          row.getLong(8)));
                }
              }
            });
  }
}
