package dev.brickyard.api.start;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.config.ConfigProvider;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.callback.Callback;
import org.flywaydb.core.api.callback.Context;
import org.flywaydb.core.api.callback.Event;
import org.jboss.logging.Logger;

/**
 * After our own tables, waits for the scheduler's views: Hibernate checks its mappings against them
 * next, and on a new farm both services start at once.
 */
public class SchedulerViewsAwaited implements Callback {
  private static final Logger LOG = Logger.getLogger(SchedulerViewsAwaited.class);
  private static final List<String> VIEWS =
      List.of(
          "scheduler.build_published",
          "scheduler.job_published",
          "scheduler.step_published",
          "scheduler.job_cache_published",
          "scheduler.collection_published");
  private static final Duration LOOK = Duration.ofMillis(200);
  private static final Duration TELL = Duration.ofSeconds(5);

  @Override
  public boolean supports(Event event, Context context) {
    return event == Event.AFTER_MIGRATE;
  }

  @Override
  public boolean canHandleInTransaction(Event event, Context context) {
    return true;
  }

  @Override
  public void handle(Event event, Context context) {
    Duration patience =
        ConfigProvider.getConfig()
            .getOptionalValue("brickyard.start.patience", Duration.class)
            .orElse(Duration.ofMinutes(2));
    long begun = System.nanoTime();
    long told = begun - TELL.toNanos();
    for (List<String> missing = missing(context.getConnection());
        !missing.isEmpty();
        missing = missing(context.getConnection())) {
      long now = System.nanoTime();
      if (now - begun > patience.toNanos()) {
        throw new FlywayException(
            "the scheduler has not made "
                + String.join(", ", missing)
                + " in "
                + patience.toSeconds()
                + " s: is it running on the same database?");
      }
      if (now - told > TELL.toNanos()) {
        LOG.infof("waiting for the scheduler to make %s", String.join(", ", missing));
        told = now;
      }
      sleep();
    }
  }

  @Override
  public String getCallbackName() {
    return "scheduler-views-awaited";
  }

  private static List<String> missing(Connection connection) {
    List<String> missing = new ArrayList<>();
    // Not to_regclass: within one transaction it goes on remembering that there was no view.
    try (PreparedStatement look =
        connection.prepareStatement(
            "select exists (select from pg_views where schemaname || '.' || viewname = ?)")) {
      for (String view : VIEWS) {
        look.setString(1, view);
        try (ResultSet there = look.executeQuery()) {
          if (!there.next() || !there.getBoolean(1)) {
            missing.add(view);
          }
        }
      }
      return missing;
    } catch (SQLException e) {
      throw new FlywayException("PostgreSQL cannot be asked for the scheduler's views", e);
    }
  }

  private static void sleep() {
    try {
      Thread.sleep(LOOK);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FlywayException("interrupted while waiting for the scheduler's views", e);
    }
  }
}
