package dev.brickyard.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brickyard.contracts.BuildEvent;
import dev.brickyard.contracts.CheckWarning;
import dev.brickyard.contracts.ClaimGranted;
import dev.brickyard.contracts.JobKind;
import dev.brickyard.contracts.JobQueued;
import dev.brickyard.contracts.Outcome;
import dev.brickyard.contracts.PlannedStep;
import dev.brickyard.contracts.StepCause;
import dev.brickyard.contracts.StepStatus;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** From a submission to its end, when nothing goes wrong. */
@QuarkusTest
@WithTestResource(RealServers.class)
class WholeLifeIT {
  @Inject FarmTester farm;

  @Test
  void twoPlatformsAreBuiltThenPublished() {
    UUID build = farm.submit("linux/amd64", "linux/arm64");
    JobQueued amd = farm.queued(build, 1);
    JobQueued arm = farm.queued(build, 2);
    assertThat(List.of(amd.platform(), arm.platform()))
        .containsExactlyInAnyOrder("linux/amd64", "linux/arm64");
    assertThat(amd.traceparent()).isEqualTo("00-a-b-01");
    assertThat(farm.event(build, BuildEvent.BuildPlanned.class).jobs()).hasSize(3);
    assertThat(farm.buildState(build)).isEqualTo("QUEUED");

    ClaimGranted first = farm.claimed(amd);
    assertThat(first.kind()).isEqualTo(JobKind.BUILD);
    assertThat(first.attempt()).isEqualTo(1);
    assertThat(first.build()).isNotNull();
    assertThat(first.build().buildArgs()).containsEntry("A", "1");
    assertThat(first.build().platform()).isEqualTo(amd.platform());
    assertThat(farm.buildState(build)).isEqualTo("RUNNING");
    assertThat(farm.heartbeat(amd.jobId(), 1)).isEqualTo(204);
    assertThat(farm.heartbeat(amd.jobId(), 2)).isEqualTo(409);
    farm.succeed(first);
    farm.awaitJobState(amd.jobId(), "SUCCEEDED");
    assertThat(farm.queuedJobs(build)).hasSize(2);
    farm.succeed(farm.claimed(arm));

    JobQueued publish = farm.queued(build, 3);
    assertThat(publish.kind()).isEqualTo(JobKind.PUBLISH);
    assertThat(publish.platform()).isEqualTo("linux/amd64");
    assertThat(farm.buildState(build)).isEqualTo("PUBLISHING");
    ClaimGranted last = farm.claimed(publish);
    assertThat(last.publish()).isNotNull();
    assertThat(last.publish().manifests()).hasSize(2);
    assertThat(last.publish().tags()).containsExactly("registry.test/app:1");
    farm.succeed(last);

    BuildEvent.BuildFinished finished = farm.event(build, BuildEvent.BuildFinished.class);
    assertThat(finished.outcome()).isEqualTo(Outcome.SUCCEEDED);
    assertThat(finished.image()).isNotNull();
    assertThat(farm.buildState(build)).isEqualTo("SUCCEEDED");
    assertThat(
            farm.column("select image_digest from scheduler.build_published where id = ?", build))
        .startsWith("sha256:");
    FarmTester.await(
        "an empty outbox", () -> farm.column("select count(*) from scheduler.outbox").equals("0"));
  }

  @Test
  void fiftyStepsAreThereInOrderWithTheirEnds() {
    UUID build = farm.submit("linux/amd64");
    ClaimGranted held = farm.claimed(farm.queued(build, 1));
    Instant at = Instant.parse("2026-11-23T10:00:00Z");
    List<PlannedStep> steps =
        IntStream.range(0, 50)
            .mapToObj(i -> new PlannedStep("s" + i, "RUN " + i, i + 1, List.of()))
            .toList();
    farm.say(new BuildEvent.StepsPlanned(1, build, held.jobId(), held.attempt(), at, steps));
    for (PlannedStep step : steps) {
      farm.say(new BuildEvent.StepStarted(1, build, held.jobId(), held.attempt(), at, step.id()));
      farm.say(
          new BuildEvent.StepFinished(
              1,
              build,
              held.jobId(),
              held.attempt(),
              at.plusMillis(5),
              step.id(),
              StepStatus.DONE,
              at,
              Map.of("bytes-pulled", 3L),
              null));
    }
    farm.succeed(held);
    farm.awaitJobState(held.jobId(), "SUCCEEDED");
    assertThat(
            farm.column(
                "select count(*) from scheduler.step_published where job_id = ? and state = 'DONE'"
                    + " and name = 'RUN ' || ordinal and line = ordinal + 1"
                    + " and counters ->> 'bytes-pulled' = '3'"
                    + " and finished_at - started_at = interval '5 ms'",
                held.jobId()))
        .isEqualTo("50");
  }

  @Test
  void whatTheCacheDidIsKeptAndSummedUp() {
    UUID build = farm.submit("linux/amd64");
    ClaimGranted held = farm.claimed(farm.queued(build, 1));
    Instant at = Instant.parse("2026-11-23T10:00:00Z");
    List<PlannedStep> steps =
        IntStream.range(0, 3)
            .mapToObj(i -> new PlannedStep("s" + i, "RUN " + i, i + 1, List.of()))
            .toList();
    farm.say(new BuildEvent.StepsPlanned(1, build, held.jobId(), held.attempt(), at, steps));
    for (String warning : List.of("mind", "the gap", "mind")) {
      farm.say(
          new BuildEvent.StepWarned(
              1, build, held.jobId(), held.attempt(), at, "s1", warning, null));
    }
    for (int line : List.of(3, 1, 3)) {
      CheckWarning check =
          new CheckWarning("Rule", "about", "here", "url", "Dockerfile", line, line, "excerpt");
      farm.say(
          new BuildEvent.StepWarned(
              1, build, held.jobId(), held.attempt(), at, "s2", check.sentence(), check));
    }
    List<StepCause.Verdict> verdicts =
        List.of(StepCause.Verdict.UNUSED, StepCause.Verdict.HIT, StepCause.Verdict.MISS);
    for (int i = 0; i < 3; i++) {
      farm.say(
          new BuildEvent.StepFinished(
              1,
              build,
              held.jobId(),
              held.attempt(),
              at.plusMillis(5),
              "s" + i,
              i == 2 ? StepStatus.DONE : StepStatus.CACHED,
              at,
              Map.of(
                  "bytes-skipped", 1L << i, "millis-saved", 10L, "bytes-fetched", 5_000_000_000L),
              new StepCause(verdicts.get(i), "kind", "why " + i, List.of("a\0b"))));
    }
    farm.succeed(held);
    farm.awaitJobState(held.jobId(), "SUCCEEDED");
    assertThat(
            farm.column(
                "select string_agg(cause ->> 'sentence', ', ' order by ordinal)"
                    + " from scheduler.step_published where job_id = ?",
                held.jobId()))
        .isEqualTo("why 0, why 1, why 2");
    assertThat(
            farm.column(
                "select warnings::text from scheduler.step_published where job_id = ?"
                    + " and step_id = 's1'",
                held.jobId()))
        .isEqualTo("[\"mind\", \"the gap\"]");
    assertThat(
            farm.column(
                "select concat_ws(' ', jsonb_array_length(checks), jsonb_path_query_array(checks,"
                    + " '$[*].line'), checks -> 0 ->> 'excerpt', warnings) from"
                    + " scheduler.step_published where job_id = ? and step_id = 's2'",
                held.jobId()))
        .isEqualTo("2 [1, 3] excerpt [\"Rule: here (line 1)\", \"Rule: here (line 3)\"]");
    assertThat(
            farm.column(
                "select concat_ws(' ', project, hits, misses, bytes_fetched, bytes_skipped,"
                    + " millis_saved) from scheduler.job_cache_published where job_id = ?",
                held.jobId()))
        .endsWith(" 1 1 15000000000 7 30");
  }

  @Test
  void aSubmissionIsQueuedWhenItIsToldOf() {
    farm.queued(farm.submit("linux/amd64"), 1);
    List<Long> delays =
        IntStream.range(0, 20)
            .mapToObj(
                i -> {
                  UUID build = farm.acceptSilently("linux/amd64");
                  long start = System.currentTimeMillis();
                  farm.tellAccepted(build);
                  farm.queued(build, 1);
                  return farm.queuedAtMillis(build) - start;
                })
            .sorted()
            .toList();
    // Those that waited for a sweep would have waited for half of its period, as a median.
    assertThat(delays.get(delays.size() / 2))
        .isLessThan(RealServers.SUBMISSION_SWEEP_SECONDS * 1000L / 4);
  }
}
