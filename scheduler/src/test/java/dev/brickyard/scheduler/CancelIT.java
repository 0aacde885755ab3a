package dev.brickyard.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brickyard.contracts.BuildEvent;
import dev.brickyard.contracts.ClaimGranted;
import dev.brickyard.contracts.JobQueued;
import dev.brickyard.contracts.Outcome;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Canceling a build in each of its states. */
@QuarkusTest
@WithTestResource(RealServers.class)
class CancelIT {
  @Inject FarmTester farm;

  private void assertCanceled(UUID build) {
    assertThat(farm.event(build, BuildEvent.BuildFinished.class).outcome())
        .isEqualTo(Outcome.CANCELED);
    assertThat(farm.buildState(build)).isEqualTo("CANCELED");
    assertThat(
            farm.column(
                "select count(*) from scheduler.job where build_id = ?"
                    + " and state not in ('CANCELED', 'SUCCEEDED')",
                build))
        .isEqualTo("0");
  }

  @Test
  void beforeItIsPlanned() {
    UUID build = farm.acceptSilently("linux/amd64");
    farm.cancel(build, true);
    farm.tellAccepted(build);
    assertCanceled(build);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whileItIsQueuedWhetherToldOrNot(boolean told) {
    UUID build = farm.submit("linux/amd64");
    JobQueued job = farm.queued(build, 1);
    farm.cancel(build, told);
    assertCanceled(build);
    assertThat(farm.claim(job.jobId(), "w", 1, 1).jsonPath().getString("code"))
        .isEqualTo("job-ended");
    assertThat(farm.stopped(build)).isEmpty();
  }

  @Test
  void whileItRunsAndLateSuccessIsNotHeard() {
    UUID build = farm.submit("linux/amd64");
    ClaimGranted held = farm.claimed(farm.queued(build, 1));
    farm.cancel(build, true);
    assertCanceled(build);
    FarmTester.await("the worker told", () -> farm.stopped(build).equals(List.of(held.jobId())));
    farm.succeed(held);
    UUID later = farm.submit("linux/amd64");
    farm.succeed(farm.claimed(farm.queued(later, 1)));
    farm.queued(later, 2);
    assertCanceled(build);
    assertThat(farm.queuedJobs(build)).hasSize(1);
  }

  @Test
  void whileItIsPublished() {
    UUID build = farm.submit("linux/amd64");
    farm.succeed(farm.claimed(farm.queued(build, 1)));
    ClaimGranted publish = farm.claimed(farm.queued(build, 2));
    farm.cancel(build, true);
    assertCanceled(build);
    assertThat(farm.heartbeat(publish.jobId(), publish.attempt())).isEqualTo(409);
  }

  @Test
  void afterItsEndNothingChanges() {
    UUID build = farm.submit("linux/amd64");
    farm.succeed(farm.claimed(farm.queued(build, 1)));
    farm.succeed(farm.claimed(farm.queued(build, 2)));
    farm.awaitBuildState(build, "SUCCEEDED");
    farm.cancel(build, true);
    UUID later = farm.submit("linux/amd64");
    farm.queued(later, 1);
    assertThat(farm.buildState(build)).isEqualTo("SUCCEEDED");
    assertThat(farm.events(build, BuildEvent.BuildFinished.class)).hasSize(1);
  }
}
