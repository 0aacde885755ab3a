package dev.brickyard.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brickyard.contracts.JobQueued;
import dev.brickyard.scheduler.queue.UnclaimedJobs;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Records that are gone although nobody claimed their job. */
@QuarkusTest
@WithTestResource(RealServers.class)
class UnclaimedIT {
  @Inject FarmTester farm;
  @Inject TestClock clock;
  @Inject UnclaimedJobs unclaimed;

  private UUID build = new UUID(0, 0);
  private JobQueued job = new JobQueued(1, build, build, null, 1, "", null);

  @BeforeEach
  void aJobThatWaitsForMinutes() {
    clock.reset();
    build = farm.submit("linux/amd64");
    job = farm.queued(build, 1);
    FarmTester.await("an empty outbox", this::nothingIsSent);
    farm.execute(
        "update scheduler.job set queued_at = now() - interval '5 minutes' where id = ?",
        job.jobId());
  }

  @AfterEach
  void nobodyIsIdle() {
    farm.execute("delete from scheduler.worker where id like 'unclaimed-%'");
  }

  private boolean nothingIsSent() {
    return farm.column("select count(*) from scheduler.outbox where key = ?", "" + job.jobId())
        .equals("0");
  }

  private void worker(String platform, String state, int busy, String seen) {
    farm.execute(
        "insert into scheduler.worker (id, state, platforms, slots, busy, seen_at)"
            + " values ('unclaimed-' || gen_random_uuid(), ?, jsonb_build_array(?::text), 2, ?,"
            + " now() - ?::interval)",
        state,
        platform,
        busy,
        seen);
  }

  private int putOut() {
    return Integer.parseInt(
        farm.column("select put_out from scheduler.job where id = ?", job.jobId()));
  }

  @Test
  void isQueuedAgainWhileAWorkerIsIdleAtGrowingIntervals() {
    worker("linux/amd64", "READY", 1, "1 second");
    unclaimed.sweep();
    assertThat(farm.queued(build, 2).jobId()).isEqualTo(job.jobId());
    unclaimed.sweep();
    assertThat(putOut()).isEqualTo(1);

    FarmTester.await("an empty outbox", this::nothingIsSent);
    putOutBefore("100 seconds");
    unclaimed.sweep();
    assertThat(putOut()).isEqualTo(1);
    putOutBefore("130 seconds");
    unclaimed.sweep();
    assertThat(putOut()).isEqualTo(2);
    farm.queued(build, 3);

    farm.claimed(job);
    assertThat(farm.claim(job.jobId(), "other", 7, 1).statusCode()).isEqualTo(409);
    unclaimed.sweep();
    assertThat(putOut()).isEqualTo(2);
  }

  private void putOutBefore(String interval) {
    farm.execute(
        "update scheduler.job set put_out_at = now() - ?::interval where id = ?",
        interval,
        job.jobId());
  }

  @Test
  void isLeftToItsRecordWhileEverybodyIsBusyAwayOrOfAnotherKind() {
    worker("linux/amd64", "READY", 2, "1 second");
    worker("linux/amd64", "DRAINING", 0, "1 second");
    worker("linux/amd64", "READY", 0, "2 minutes");
    worker("linux/arm64", "READY", 0, "1 second");
    unclaimed.sweep();
    assertThat(putOut()).isZero();
  }

  @Test
  void isLeftAloneBeforeItWaitedForLong() {
    farm.execute(
        "update scheduler.job set queued_at = now() - interval '50 seconds' where id = ?",
        job.jobId());
    worker("linux/amd64", "READY", 0, "1 second");
    unclaimed.sweep();
    assertThat(putOut()).isZero();
  }
}
