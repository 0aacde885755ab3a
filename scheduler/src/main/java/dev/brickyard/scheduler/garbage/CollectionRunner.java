package dev.brickyard.scheduler.garbage;

import dev.brickyard.contracts.Ids;
import dev.brickyard.scheduler.SchedulerConfiguration;
import dev.brickyard.scheduler.project.Projects;
import dev.brickyard.storage.garbage.CollectionReport;
import dev.brickyard.storage.garbage.Collector;
import dev.brickyard.storage.garbage.GarbageSettings;
import dev.brickyard.storage.object.ObjectStore;
import dev.brickyard.storage.object.RetryingObjectStore;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Collects garbage when it is due or asked for, one collection at a time in the whole farm: a lock
 * in PostgreSQL keeps other schedulers from it, to spare work; two at once would do no harm.
 */
@Singleton
public class CollectionRunner {
  private static final Logger LOG = Logger.getLogger(CollectionRunner.class);

  /** Any number, the same for every scheduler. */
  private static final long LOCK = 0x6272_6963_6b67_6331L;

  private final CollectionTable table;
  private final DataSource database;
  private final ObjectStore objects;
  private final FarmLedger ledger;
  private final Projects projects;
  private final GarbageConfiguration configuration;
  private final Ids ids;
  private final Clock clock;
  private final Instant started;
  private final AtomicReference<@Nullable Thread> running = new AtomicReference<>();

  CollectionRunner(
      CollectionTable table,
      DataSource database,
      RetryingObjectStore objects,
      FarmLedger ledger,
      Projects projects,
      SchedulerConfiguration configuration,
      Ids ids,
      Clock clock) {
    this.table = table;
    this.database = database;
    this.objects = objects;
    this.ledger = ledger;
    this.projects = projects;
    this.configuration = configuration.garbage();
    this.ids = ids;
    this.clock = clock;
    this.started = clock.instant();
  }

  /** Begins a collection when one is due or asked for; does not wait for its end. */
  public void sweep() {
    if (running.get() != null) {
      return;
    }
    try {
      if (table.requested().isEmpty() && !isDue()) {
        return;
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
    Thread thread = Thread.ofPlatform().name("garbage").unstarted(this::collectAll);
    if (running.compareAndSet(null, thread)) {
      thread.start();
    }
  }

  private boolean isDue() throws SQLException {
    Duration every = configuration.every();
    return configuration.enabled()
        && Duration.between(started, clock.instant()).compareTo(every) >= 0
        && table.sinceLastScheduled().map(past -> past.compareTo(every) >= 0).orElse(true);
  }

  private void collectAll() {
    try (Connection connection = database.getConnection()) {
      if (!lock(connection, "pg_try_advisory_lock")) {
        return;
      }
      try {
        table.endAbandoned();
        table.forgetOlderThan(configuration.historyRetention());
        while (!Thread.currentThread().isInterrupted() && collectNext()) {
          LOG.debug("looking for the next collection");
        }
      } finally {
        lock(connection, "pg_advisory_unlock");
      }
    } catch (SQLException | RuntimeException e) {
      LOG.errorf(e, "garbage could not be collected");
    } finally {
      running.set(null);
    }
  }

  private static boolean lock(Connection connection, String function) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement("select " + function + "(?)")) {
      select.setLong(1, LOCK);
      try (ResultSet row = select.executeQuery()) {
        return row.next() && row.getBoolean(1);
      }
    }
  }

  private boolean collectNext() throws SQLException {
    Optional<CollectionTable.Request> request = table.requested();
    if (request.isPresent()) {
      UUID id = request.get().id();
      if (table.startRequested(id)) {
        GarbageSettings settings = settings();
        collect(
            id,
            request.get().grace().map(settings::withGrace).orElse(settings),
            request.get().dryRun());
      }
      return true;
    }
    if (!isDue()) {
      return false;
    }
    UUID id = ids.next();
    table.startScheduled(id);
    collect(id, settings(), false);
    return true;
  }

  private GarbageSettings settings() {
    return new GarbageSettings(
        configuration.grace(),
        configuration.contextRetention(),
        configuration.logRetention(),
        configuration.outputRetention());
  }

  private void collect(UUID id, GarbageSettings settings, boolean dryRun) throws SQLException {
    try {
      CollectionReport report =
          new Collector(objects, ledger, projects.policies()).collect(settings, dryRun);
      table.succeed(id, report);
    } catch (IOException | RuntimeException e) {
      LOG.warnf("collection %s failed: %s", id, e.getMessage());
      table.fail(id, e.getMessage());
    }
  }

  @PreDestroy
  void stop() throws InterruptedException {
    Thread thread = running.get();
    if (thread != null) {
      thread.interrupt();
      thread.join(Duration.ofSeconds(10));
    }
  }
}
