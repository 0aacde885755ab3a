package dev.brickyard.worker.claim;

import dev.brickyard.contracts.AttemptReport;
import dev.brickyard.contracts.ClaimGranted;
import dev.brickyard.contracts.ClaimRequest;
import dev.brickyard.contracts.Json;
import dev.brickyard.worker.queue.QueuedJob;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Claims jobs, and keeps asking while the scheduler is away. */
public final class Claims {
  private static final Logger LOG = LoggerFactory.getLogger(Claims.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(3);

  private static final int REPORTS = 3;

  private final SchedulerClient scheduler;
  private final String workerId;

  public Claims(SchedulerClient scheduler, String workerId) {
    this.scheduler = scheduler;
    this.workerId = workerId;
  }

  /**
   * Reports how an attempt ended, which its events tell as well: a scheduler that does not answer
   * for a moment is left to those.
   *
   * @return the job to go on with; empty when there is none
   */
  public Optional<ClaimGranted> report(AttemptReport report) throws InterruptedException {
    Duration pause = FIRST_PAUSE;
    for (int left = REPORTS - 1; true; left--) {
      try {
        return scheduler.report(report);
      } catch (IOException e) {
        LOG.warn(
            "the scheduler did not hear how job {} ended{}: {}",
            report.finished().jobId(),
            left > 0 ? ", telling it again" : " and will read it",
            e.toString());
        if (left == 0) {
          return Optional.empty();
        }
        Thread.sleep(pause);
        pause = pause.multipliedBy(3);
      }
    }
  }

  /**
   * The attempt, or empty when the record is to be dropped. Returns only with the scheduler's
   * answer, however long it takes: the record's lock is kept meanwhile.
   */
  public Optional<ClaimGranted> claim(QueuedJob queued) throws InterruptedException {
    ClaimRequest request =
        new ClaimRequest(
            Json.SCHEMA_VERSION, workerId, queued.queue(), queued.offset(), queued.deliveryCount());
    Duration pause = FIRST_PAUSE;
    while (true) {
      try {
        return scheduler.claim(queued.job().jobId(), request);
      } catch (IOException e) {
        LOG.warn(
            "job {} cannot be claimed yet, asking again in {} ms: {}",
            queued.job().jobId(),
            pause.toMillis(),
            e.toString());
        Thread.sleep(pause);
        Duration doubled = pause.multipliedBy(2);
        pause = doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
      }
    }
  }
}
