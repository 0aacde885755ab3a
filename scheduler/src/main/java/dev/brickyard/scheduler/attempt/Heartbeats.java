package dev.brickyard.scheduler.attempt;

import dev.brickyard.scheduler.SchedulerConfiguration;
import dev.brickyard.scheduler.build.Builds;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jboss.logging.Logger;

/** Notes when workers were last heard of, and takes jobs from those that fell silent. */
@ApplicationScoped
public class Heartbeats {
  private static final Logger LOG = Logger.getLogger(Heartbeats.class);

  private final EntityManager entities;
  private final Builds builds;
  private final SchedulerConfiguration configuration;
  private final Clock clock;

  Heartbeats(
      EntityManager entities, Builds builds, SchedulerConfiguration configuration, Clock clock) {
    this.entities = entities;
    this.builds = builds;
    this.configuration = configuration;
    this.clock = clock;
  }

  /** Notes a sign of life; false when the attempt no longer holds its job. */
  @Transactional
  public boolean beat(UUID job, int attempt) {
    return entities
            .createNativeQuery(
                "update attempt set heartbeat_at = :now"
                    + " where job_id = :job and attempt = :attempt and state = 'LIVE'")
            .setParameter("now", clock.instant())
            .setParameter("job", job)
            .setParameter("attempt", attempt)
            .executeUpdate()
        == 1;
  }

  /** Takes their jobs from workers that fell silent. Safe on several replicas at once. */
  public void sweep() {
    Instant since = clock.instant().minus(configuration.jobs().lostAfter());
    for (Silent silent : QuarkusTransaction.requiringNew().call(() -> silent(since))) {
      LOG.warnf(
          "job %s: no sign of life from attempt %d, it is lost", silent.job(), silent.attempt());
      builds.lose(silent.job(), silent.attempt(), since);
    }
  }

  /** An attempt that was not heard of for too long. */
  record Silent(UUID job, int attempt) {}

  private List<Silent> silent(Instant since) {
    List<Silent> found = new ArrayList<>();
    for (Object row :
        entities
            .createNativeQuery(
                "select job_id, attempt from attempt"
                    + " where state = 'LIVE' and heartbeat_at < :since",
                Object[].class)
            .setParameter("since", since)
            .getResultList()) {
      Object[] columns = (Object[]) row;
      found.add(new Silent((UUID) columns[0], (Integer) columns[1]));
    }
    return found;
  }
}
