package dev.brickyard.scheduler.claim;

import dev.brickyard.contracts.GrantedSecrets;
import dev.brickyard.contracts.SecretSeal;
import dev.brickyard.contracts.SecretSeal.BrokenSealException;
import dev.brickyard.scheduler.SchedulerConfiguration;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.hibernate.Session;
import org.jboss.logging.Logger;

/**
 * The secrets that came with builds: sealed in the api's published view, in the clear only in what
 * a claim answers.
 */
@ApplicationScoped
class SubmittedSecrets {
  private static final Logger LOG = Logger.getLogger(SubmittedSecrets.class);
  private static final String FIND =
      "select sealed from api.submission_secret_published where build_id = ?";

  private final EntityManager entities;
  private final SchedulerConfiguration configuration;

  SubmittedSecrets(EntityManager entities, SchedulerConfiguration configuration) {
    this.entities = entities;
    this.configuration = configuration;
  }

  /** What came with the build, or why it cannot be had. */
  @Transactional
  GrantedSecrets of(UUID build) {
    Optional<String> key = configuration.secrets().key();
    if (key.isEmpty()) {
      return unavailable(build, "the scheduler has no brickyard.secrets.key");
    }
    Optional<byte[]> sealed = find(build);
    if (sealed.isEmpty()) {
      return unavailable(build, "they are no longer kept");
    }
    try {
      return new GrantedSecrets(SecretSeal.of(key.get()).open(build, sealed.get()), null);
    } catch (BrokenSealException | IllegalArgumentException e) {
      return unavailable(build, String.valueOf(e.getMessage()));
    }
  }

  private static GrantedSecrets unavailable(UUID build, String why) {
    LOG.errorf("the secrets of build %s cannot be had: %s", build, why);
    return new GrantedSecrets(List.of(), why);
  }

  private Optional<byte[]> find(UUID build) {
    return entities
        .unwrap(Session.class)
        .doReturningWork(
            connection -> {
              try (PreparedStatement select = connection.prepareStatement(FIND)) {
                select.setObject(1, build);
                try (ResultSet row = select.executeQuery()) {
                  return row.next() ? Optional.of(row.getBytes(1)) : Optional.empty();
                }
              }
            });
  }
}
