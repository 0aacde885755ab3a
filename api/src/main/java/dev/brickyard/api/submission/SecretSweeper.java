package dev.brickyard.api.submission;

import dev.brickyard.api.ApiConfiguration;
import dev.brickyard.api.build.BuildState;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** Deletes the secrets of builds that have ended, and those that nothing was ever built with. */
@ApplicationScoped
public class SecretSweeper {
  private static final Logger LOG = Logger.getLogger(SecretSweeper.class);

  /** As long as a job waits in its queue. */
  private static final Duration LONGEST_WAIT = Duration.ofDays(30);

  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("secret-sweeper").factory());

  private final Clock clock;
  private final Duration pause;

  SecretSweeper(Clock clock, ApiConfiguration configuration) {
    this.clock = clock;
    this.pause = configuration.secrets().sweep();
  }

  void start(@Observes StartupEvent event) {
    var _ =
        thread.scheduleWithFixedDelay(
            this::sweepQuietly, pause.toMillis(), pause.toMillis(), TimeUnit.MILLISECONDS);
  }

  void stop(@Observes ShutdownEvent event) {
    thread.shutdownNow();
  }

  private void sweepQuietly() {
    try {
      long deleted = sweep();
      if (deleted > 0) {
        LOG.debugf("the secrets of %d builds were deleted", deleted);
      }
    } catch (RuntimeException e) {
      // The database may be away; the next round comes soon.
      LOG.warnf("the secrets of ended builds stay for now: %s", e.getMessage());
    }
  }

  /** Deletes what is no longer needed, and says how much that was. */
  long sweep() {
    return QuarkusTransaction.requiringNew()
        .call(
            () ->
                SubmissionSecretEntity.delete(
                    "createdAt < ?1 or buildId in"
                        + " (select b.id from PublishedBuildEntity b where b.state in ?2)",
                    clock.instant().minus(LONGEST_WAIT),
                    List.of(BuildState.SUCCEEDED, BuildState.FAILED, BuildState.CANCELED)));
  }
}
