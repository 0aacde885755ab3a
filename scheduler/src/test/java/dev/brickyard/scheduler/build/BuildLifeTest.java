package dev.brickyard.scheduler.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brickyard.contracts.Failure;
import dev.brickyard.contracts.ImageManifest;
import dev.brickyard.contracts.JobKind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class BuildLifeTest {
  private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
  private static final UUID BUILD = new UUID(1, 0);
  private static final UUID AMD = new UUID(1, 1);
  private static final UUID ARM = new UUID(1, 2);
  private static final UUID PUBLISH = new UUID(1, 3);
  private static final Ticket TICKET = new Ticket("w1", "q", 7, 1);
  private static final Ticket REDELIVERY = new Ticket("w2", "q", 7, 2);
  private static final Ticket DUPLICATE = new Ticket("w2", "q", 8, 1);
  private static final ImageManifest IMAGE =
      new ImageManifest("linux/amd64", "m", "sha256:a", 1, 2);
  private static final RetryPolicy TWICE =
      new RetryPolicy(2, Duration.ofSeconds(1), Duration.ofSeconds(60), new Random(1));

  private static Change planned() {
    return BuildLife.planned(
        BUILD,
        List.of(
            new BuildLife.Plan(AMD, JobKind.BUILD, "linux/amd64"),
            new BuildLife.Plan(ARM, JobKind.BUILD, "linux/arm64"),
            new BuildLife.Plan(PUBLISH, JobKind.PUBLISH, "linux/amd64")),
        NOW);
  }

  private static BuildLife claim(BuildLife life, UUID job) {
    return ((ClaimDecision.Granted) life.claimed(job, TICKET, TWICE, NOW)).change().life();
  }

  private static BuildLife succeed(BuildLife life, UUID job) {
    BuildLife running = claim(life, job);
    return running.succeeded(job, running.job(job).attempt(), IMAGE, NOW).life();
  }

  private static BuildLife publishing() {
    return succeed(succeed(planned().life(), AMD), ARM);
  }

  private static Failure failure(Failure.Kind kind) {
    return Failure.of("it-failed", kind, "It failed.");
  }

  private static JobState state(BuildLife life, UUID job) {
    return life.job(job).state();
  }

  @Test
  void planningQueuesThePlatformsAndKeepsThePublishJobBack() {
    Change change = planned();
    assertThat(change.life().state()).isEqualTo(BuildState.QUEUED);
    assertThat(state(change.life(), AMD)).isEqualTo(JobState.QUEUED);
    assertThat(state(change.life(), PUBLISH)).isEqualTo(JobState.WAITING);
    assertThat(change.effects())
        .containsExactly(
            new Effect.JobEnqueued(AMD, Duration.ZERO), new Effect.JobEnqueued(ARM, Duration.ZERO));
  }

  @Test
  void aBuildNeedsAPlatformAndItsPublishJob() {
    BuildLife.Plan publish = new BuildLife.Plan(PUBLISH, JobKind.PUBLISH, "linux/amd64");
    BuildLife.Plan build = new BuildLife.Plan(AMD, JobKind.BUILD, "linux/amd64");
    assertThatThrownBy(() -> BuildLife.planned(BUILD, List.of(publish), NOW))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> BuildLife.planned(BUILD, List.of(build), NOW))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void thePublishJobIsQueuedOnceAllPlatformsAreBuilt() {
    BuildLife one = succeed(planned().life(), AMD);
    assertThat(state(one, PUBLISH)).isEqualTo(JobState.WAITING);
    BuildLife running = claim(one, ARM);
    Change change = running.succeeded(ARM, 1, IMAGE, NOW);
    assertThat(change.life().state()).isEqualTo(BuildState.PUBLISHING);
    assertThat(change.effects()).contains(new Effect.JobEnqueued(PUBLISH, Duration.ZERO));
  }

  @Test
  void theLastPlatformsWorkerGoesOnWithThePublishJobByTheTicketItHas() {
    BuildLife running = claim(succeed(planned().life(), AMD), ARM);
    Change change = running.succeededAndGoesOn(ARM, 1, IMAGE, TICKET, NOW);
    assertThat(change.life().state()).isEqualTo(BuildState.PUBLISHING);
    assertThat(change.life().job(PUBLISH).ticket()).isEqualTo(TICKET);
    assertThat(change.effects())
        .contains(new Effect.AttemptStarted(PUBLISH, 1, TICKET))
        .doesNotContain(new Effect.JobEnqueued(PUBLISH, Duration.ZERO));
    assertThat(change.life().succeededAndGoesOn(ARM, 1, IMAGE, TICKET, NOW))
        .isEqualTo(Change.none(change.life()));
  }

  @Test
  void theFirstPlatformsWorkerHasNothingToGoOnWith() {
    BuildLife running = claim(planned().life(), AMD);
    assertThat(running.succeededAndGoesOn(AMD, 1, IMAGE, TICKET, NOW))
        .isEqualTo(running.succeeded(AMD, 1, IMAGE, NOW));
  }

  @Test
  void aPublishJobThatFailedOnceRestsInItsQueue() {
    BuildLife publishing = claim(publishing(), PUBLISH);
    BuildLife resting =
        publishing.failed(PUBLISH, 1, failure(Failure.Kind.FARM), TWICE, NOW).life();
    assertThat(resting.succeededAndGoesOn(ARM, 1, IMAGE, TICKET, NOW))
        .isEqualTo(Change.none(resting));
  }

  @Test
  void theRecordThatAPublishJobIsHeldByTakesItFromADeadWorker() {
    BuildLife publishing =
        claim(succeed(planned().life(), AMD), ARM)
            .succeededAndGoesOn(ARM, 1, IMAGE, TICKET, NOW)
            .life();
    assertThat(publishing.claimed(ARM, DUPLICATE, TWICE, NOW))
        .isEqualTo(
            new ClaimDecision.Refused(ClaimDecision.Reason.JOB_ENDED, Change.none(publishing)));
    ClaimDecision.Refused refused =
        (ClaimDecision.Refused) publishing.claimed(ARM, REDELIVERY, TWICE, NOW);
    assertThat(state(refused.change().life(), PUBLISH)).isEqualTo(JobState.QUEUED);
    assertThat(refused.change().effects())
        .anyMatch(effect -> effect instanceof Effect.JobEnqueued e && e.jobId().equals(PUBLISH));
    assertThat(refused.change().life().succeeded(PUBLISH, 1, IMAGE, NOW))
        .isEqualTo(Change.none(refused.change().life()));
  }

  @Test
  void publishingEndsTheBuild() {
    Change change = claim(publishing(), PUBLISH).succeeded(PUBLISH, 1, IMAGE, NOW);
    assertThat(change.life().state()).isEqualTo(BuildState.SUCCEEDED);
    assertThat(change.life().image()).isEqualTo(IMAGE);
    assertThat(change.effects()).contains(new Effect.BuildEnded());
  }

  @Test
  void aClaimBeforeItsTimeIsRefused() {
    assertThat(planned().life().claimed(PUBLISH, TICKET, TWICE, NOW))
        .isInstanceOfSatisfying(
            ClaimDecision.Refused.class,
            refused -> assertThat(refused.reason()).isEqualTo(ClaimDecision.Reason.NOT_QUEUED));
  }

  @Test
  void aSecondRecordOfTheSameJobIsRefusedWhileOneIsHeld() {
    BuildLife life = claim(planned().life(), AMD);
    assertThat(life.claimed(AMD, DUPLICATE, TWICE, NOW))
        .isEqualTo(
            new ClaimDecision.Refused(ClaimDecision.Reason.ALREADY_CLAIMED, Change.none(life)));
  }

  @Test
  void theSameDeliveryAskedForTwiceGetsTheSameAttempt() {
    BuildLife life = claim(planned().life(), AMD);
    assertThat(life.claimed(AMD, TICKET, TWICE, NOW)).isEqualTo(new ClaimDecision.Repeated(1));
  }

  @Test
  void aStaleDeliveryDoesNotTakeTheJobBack() {
    BuildLife life =
        ((ClaimDecision.Granted) claim(planned().life(), AMD).claimed(AMD, REDELIVERY, TWICE, NOW))
            .change()
            .life();
    assertThat(life.claimed(AMD, TICKET, TWICE, NOW)).isInstanceOf(ClaimDecision.Refused.class);
  }

  @Test
  void aRedeliverySupersedesAndWhatTheOldAttemptSaysNoLongerCounts() {
    BuildLife first = claim(planned().life(), AMD);
    ClaimDecision.Granted granted =
        (ClaimDecision.Granted) first.claimed(AMD, REDELIVERY, TWICE, NOW);
    assertThat(granted.attempt()).isEqualTo(2);
    assertThat(granted.change().effects())
        .contains(new Effect.AttemptStarted(AMD, 2, REDELIVERY))
        .anySatisfy(
            effect ->
                assertThat(effect)
                    .isInstanceOfSatisfying(
                        Effect.AttemptEnded.class,
                        ended -> assertThat(ended.state()).isEqualTo(AttemptState.SUPERSEDED)));
    BuildLife second = granted.change().life();
    assertThat(second.succeeded(AMD, 1, IMAGE, NOW)).isEqualTo(Change.none(second));
    assertThat(second.failed(AMD, 1, failure(Failure.Kind.USER), TWICE, NOW))
        .isEqualTo(Change.none(second));
    assertThat(second.lost(AMD, 1, TWICE, NOW)).isEqualTo(Change.none(second));
    assertThat(second.succeeded(AMD, 2, IMAGE, NOW).life().job(AMD).state())
        .isEqualTo(JobState.SUCCEEDED);
  }

  @Test
  void theLastAttemptsRedeliveryEndsTheBuildAsWorkerLost() {
    BuildLife life = claim(planned().life(), AMD);
    life = ((ClaimDecision.Granted) life.claimed(AMD, REDELIVERY, TWICE, NOW)).change().life();
    ClaimDecision.Refused refused =
        (ClaimDecision.Refused) life.claimed(AMD, new Ticket("w3", "q", 7, 3), TWICE, NOW);
    assertThat(refused.reason()).isEqualTo(ClaimDecision.Reason.JOB_ENDED);
    BuildLife failed = refused.change().life();
    assertThat(failed.state()).isEqualTo(BuildState.FAILED);
    assertThat(Objects.requireNonNull(failed.failure()).code()).isEqualTo("worker-lost");
  }

  @ParameterizedTest
  @EnumSource(names = {"USER", "LIMIT"})
  void theUsersFailureEndsTheBuildAtOnceAndStopsTheOthers(Failure.Kind kind) {
    BuildLife both = claim(claim(planned().life(), AMD), ARM);
    Change change = both.failed(AMD, 1, failure(kind), TWICE, NOW);
    assertThat(change.life().state()).isEqualTo(BuildState.FAILED);
    assertThat(change.life().failure()).isEqualTo(failure(kind));
    assertThat(state(change.life(), AMD)).isEqualTo(JobState.FAILED);
    assertThat(state(change.life(), ARM)).isEqualTo(JobState.CANCELED);
    assertThat(state(change.life(), PUBLISH)).isEqualTo(JobState.CANCELED);
    assertThat(change.effects())
        .contains(new Effect.JobStopped(ARM), new Effect.BuildEnded())
        .doesNotContain(new Effect.JobStopped(AMD));
  }

  @Test
  void theFarmsFailureIsTriedAgainUntilAttemptsRunOutAndTheLastIsKept() {
    BuildLife life = claim(planned().life(), AMD);
    Change again = life.failed(AMD, 1, failure(Failure.Kind.FARM), TWICE, NOW);
    assertThat(state(again.life(), AMD)).isEqualTo(JobState.QUEUED);
    assertThat(again.life().state()).isEqualTo(BuildState.RUNNING);
    assertThat(again.effects())
        .anySatisfy(
            effect ->
                assertThat(effect)
                    .isInstanceOfSatisfying(
                        Effect.JobEnqueued.class,
                        e ->
                            assertThat(e.rest())
                                .isBetween(Duration.ofMillis(800), Duration.ofMillis(1200))));
    BuildLife second = claim(again.life(), AMD);
    Failure last = Failure.of("store-away", Failure.Kind.FARM, "The store is away.");
    Change ended = second.failed(AMD, 2, last, TWICE, NOW);
    assertThat(ended.life().state()).isEqualTo(BuildState.FAILED);
    assertThat(ended.life().failure()).isEqualTo(last);
  }

  @Test
  void aReportThatComesTwiceChangesNothing() {
    BuildLife again =
        claim(planned().life(), AMD).failed(AMD, 1, failure(Failure.Kind.FARM), TWICE, NOW).life();
    assertThat(again.failed(AMD, 1, failure(Failure.Kind.FARM), TWICE, NOW))
        .isEqualTo(Change.none(again));
  }

  @Test
  void aLostWorkersJobIsQueuedAgain() {
    Change change = claim(planned().life(), AMD).lost(AMD, 1, TWICE, NOW);
    assertThat(state(change.life(), AMD)).isEqualTo(JobState.QUEUED);
    assertThat(change.life().job(AMD).spent()).isEqualTo(1);
    assertThat(Objects.requireNonNull(change.life().job(AMD).failure()).code())
        .isEqualTo("worker-lost");
  }

  @Test
  void aHandedBackAttemptDoesNotCountAgainstTheLimit() {
    BuildLife life = planned().life();
    for (int attempt = 1; attempt <= 5; attempt++) {
      life = claim(life, AMD);
      life = life.released(AMD, attempt, AttemptState.LIVE, "shutting down", NOW).life();
      assertThat(state(life, AMD)).isEqualTo(JobState.QUEUED);
    }
    assertThat(life.job(AMD).spent()).isZero();
  }

  @Test
  void anAttemptThatWasCountedAsLostBeforeItsReleaseWasKnownIsRefunded() {
    BuildLife life =
        ((ClaimDecision.Granted) claim(planned().life(), AMD).claimed(AMD, REDELIVERY, TWICE, NOW))
            .change()
            .life();
    assertThat(life.job(AMD).spent()).isEqualTo(1);
    BuildLife after = life.released(AMD, 1, AttemptState.SUPERSEDED, "bye", NOW).life();
    assertThat(after.job(AMD).spent()).isZero();
    assertThat(after.job(AMD).attempt()).isEqualTo(2);
    assertThat(after.released(AMD, 1, AttemptState.RELEASED, "bye", NOW))
        .isEqualTo(Change.none(after));
  }

  @Test
  void aWorkerThatStopsUnaskedIsTheFarmsFailure() {
    Change change = claim(planned().life(), AMD).stopped(AMD, 1, TWICE, NOW);
    assertThat(state(change.life(), AMD)).isEqualTo(JobState.QUEUED);
  }

  @Test
  void cancelingStopsWhatRunsAndClosesTheRest() {
    BuildLife one = claim(planned().life(), AMD);
    Change change = one.canceled(NOW);
    assertThat(change.life().state()).isEqualTo(BuildState.CANCELED);
    assertThat(change.life().jobs()).allMatch(job -> job.state() == JobState.CANCELED);
    assertThat(change.effects())
        .containsExactly(
            new Effect.AttemptEnded(AMD, 1, AttemptState.CANCELED, null),
            new Effect.JobStopped(AMD),
            new Effect.BuildEnded());
  }

  @Test
  void cancelingWinsOverLateSuccess() {
    BuildLife canceled = claim(planned().life(), AMD).canceled(NOW).life();
    assertThat(canceled.succeeded(AMD, 1, IMAGE, NOW)).isEqualTo(Change.none(canceled));
  }

  @Test
  void restsGrowFourfoldUpToTheLongest() {
    RetryPolicy policy =
        new RetryPolicy(9, Duration.ofSeconds(1), Duration.ofSeconds(60), new Random(5));
    long[] expected = {1000, 4000, 16_000, 60_000, 60_000};
    for (int spent = 1; spent <= expected.length; spent++) {
      assertThat((double) policy.restAfter(spent).toMillis())
          .isBetween(expected[spent - 1] * 0.8, expected[spent - 1] * 1.2);
    }
  }

  /** Random facts, a great many: whatever comes, the rules hold and every ended build is final. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void noOrderOfFactsBreaksARule(long seed) {
    Random random = new Random(seed);
    Set<BuildState> reached = EnumSet.noneOf(BuildState.class);
    for (int run = 0; run < 500; run++) {
      BuildLife life = planned().life();
      Set<Integer> ends = new HashSet<>();
      for (int step = 0; step < 40; step++) {
        Change change = randomFact(random).apply(life);
        if (life.state().ended()) {
          assertThat(change).isEqualTo(Change.none(life));
        }
        if (change.effects().contains(new Effect.BuildEnded())) {
          assertThat(change.life().state().ended()).isTrue();
          ends.add(step);
        }
        checkAttempts(life, change);
        life = change.life();
        reached.add(life.state());
      }
      assertThat(ends).hasSize(life.state().ended() ? 1 : 0);
    }
    assertThat(reached).containsExactlyInAnyOrder(BuildState.values());
  }

  private interface Fact {
    Change apply(BuildLife life);
  }

  private static Fact randomFact(Random random) {
    UUID job = List.of(AMD, ARM, PUBLISH).get(random.nextInt(3));
    int attempt = 1 + random.nextInt(3);
    Ticket ticket =
        new Ticket("w" + random.nextInt(2), "q", random.nextInt(2), 1 + random.nextInt(3));
    Failure.Kind kind = random.nextInt(8) == 0 ? Failure.Kind.USER : Failure.Kind.FARM;
    return switch (random.nextInt(12)) {
      case 0, 1, 2, 3 ->
          life ->
              switch (life.claimed(job, ticket, TWICE, NOW)) {
                case ClaimDecision.Granted granted -> granted.change();
                case ClaimDecision.Repeated repeated -> Change.none(life);
                case ClaimDecision.Refused refused -> refused.change();
              };
      case 4, 5, 6, 7 -> life -> life.succeeded(job, attempt, IMAGE, NOW);
      case 8 -> life -> life.failed(job, attempt, failure(kind), TWICE, NOW);
      case 9 -> life -> life.lost(job, attempt, TWICE, NOW);
      case 10 -> life -> life.released(job, attempt, AttemptState.LIVE, "bye", NOW);
      default -> life -> random.nextInt(10) == 0 ? life.canceled(NOW) : Change.none(life);
    };
  }

  /** Attempts only grow, and one ends before the next begins. */
  private static void checkAttempts(BuildLife before, Change change) {
    List<UUID> ended = new ArrayList<>();
    for (Effect effect : change.effects()) {
      if (effect instanceof Effect.AttemptEnded e) {
        assertThat(e.attempt()).isEqualTo(before.job(e.jobId()).attempt());
        ended.add(e.jobId());
      }
    }
    for (JobLife after : change.life().jobs()) {
      JobLife then = before.job(after.id());
      assertThat(after.attempt()).isBetween(then.attempt(), then.attempt() + 1);
      if (then.state() == JobState.RUNNING && !after.equals(then)) {
        assertThat(ended).contains(after.id());
      }
    }
  }

  @Test
  void anEndedBuildRefusesEveryFact() {
    BuildLife ended = claim(publishing(), PUBLISH).succeeded(PUBLISH, 1, IMAGE, NOW).life();
    List<UnaryOperator<BuildLife>> facts =
        List.of(
            life -> life.canceled(NOW).life(),
            life -> life.succeeded(PUBLISH, 1, IMAGE, NOW).life(),
            life -> life.failed(PUBLISH, 1, failure(Failure.Kind.USER), TWICE, NOW).life(),
            life -> life.lost(PUBLISH, 1, TWICE, NOW).life(),
            life -> life.released(PUBLISH, 1, AttemptState.SUCCEEDED, "x", NOW).life());
    assertThat(facts).allSatisfy(fact -> assertThat(fact.apply(ended)).isEqualTo(ended));
    assertThat(ended.claimed(PUBLISH, REDELIVERY, TWICE, NOW))
        .isInstanceOfSatisfying(
            ClaimDecision.Refused.class,
            refused -> assertThat(refused.reason()).isEqualTo(ClaimDecision.Reason.JOB_ENDED));
  }
}
