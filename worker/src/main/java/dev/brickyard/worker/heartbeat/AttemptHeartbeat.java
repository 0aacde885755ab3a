package dev.brickyard.worker.heartbeat;

import dev.brickyard.worker.claim.SchedulerClient;
import java.io.IOException;
import java.time.Duration;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the scheduler regularly that an attempt lives, and its owner when it no longer counts. An
 * unreachable scheduler changes nothing: the build goes on.
 */
public final class AttemptHeartbeat implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AttemptHeartbeat.class);

  private final Thread thread;

  /**
   * Begins; {@link #close} ends it.
   *
   * @param superseded called once, when the scheduler says that the attempt no longer counts
   */
  public AttemptHeartbeat(
      SchedulerClient scheduler, UUID jobId, int attempt, Duration period, Runnable superseded) {
    this.thread =
        Thread.ofVirtual()
            .name("heartbeat-" + jobId)
            .start(() -> beat(scheduler, jobId, attempt, period, superseded));
  }

  private static void beat(
      SchedulerClient scheduler, UUID jobId, int attempt, Duration period, Runnable superseded) {
    try {
      while (true) {
        Thread.sleep(period);
        try {
          if (!scheduler.heartbeat(jobId, attempt)) {
            LOG.info("attempt {} of job {} no longer counts", attempt, jobId);
            superseded.run();
            return;
          }
        } catch (IOException e) {
          LOG.warn("the scheduler did not hear of job {}: {}", jobId, e.toString());
        }
      }
    } catch (InterruptedException e) {
      // Closed.
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
