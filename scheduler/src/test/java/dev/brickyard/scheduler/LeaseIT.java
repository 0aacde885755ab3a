package dev.brickyard.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brickyard.contracts.ClaimGranted;
import dev.brickyard.contracts.Failure;
import dev.brickyard.contracts.Json;
import dev.brickyard.contracts.LeaseAnswer;
import dev.brickyard.contracts.LeaseRequest;
import dev.brickyard.contracts.LeaseStandings;
import dev.brickyard.contracts.LeaseStandings.State;
import dev.brickyard.scheduler.lease.Leases;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Leases over HTTP, on a real database: who has one, and when it falls. */
@QuarkusTest
@WithTestResource(RealServers.class)
class LeaseIT {
  @Inject FarmTester farm;
  @Inject TestClock clock;
  @Inject Leases leases;

  private final String key = "step/p/" + UUID.randomUUID();

  private ClaimGranted attempt() {
    return farm.claimed(farm.queued(farm.submit("linux/amd64"), 1));
  }

  private static RequestSpecification internal() {
    return RestAssured.given()
        .header("Authorization", "Bearer " + RealServers.TOKEN)
        .contentType("application/json");
  }

  private static LeaseRequest request(ClaimGranted attempt, String key) {
    return new LeaseRequest(
        1, UUID.randomUUID(), key, attempt.jobId(), attempt.attempt(), "main-2", 17);
  }

  private static Response ask(LeaseRequest request) {
    return internal().body(Json.write(request)).post("/internal/v1/leases");
  }

  private static LeaseAnswer answer(LeaseRequest request) {
    Response response = ask(request);
    assertThat(response.statusCode()).describedAs(response.asString()).isEqualTo(200);
    return read(response, LeaseAnswer.class);
  }

  private static <T> T read(Response response, Class<T> type) {
    try {
      return Json.read(response.asByteArray(), type);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private LeaseRequest held(ClaimGranted attempt) {
    LeaseRequest request = request(attempt, key);
    assertThat(answer(request).holder()).isNull();
    return request;
  }

  private static State standing(LeaseRequest lease) {
    Response response =
        internal()
            .body(Json.write(new LeaseStandings.Question(1, List.of(lease.leaseId()))))
            .post("/internal/v1/leases/standings");
    assertThat(response.statusCode()).isEqualTo(200);
    return read(response, LeaseStandings.class).standings().getFirst().state();
  }

  private static void release(LeaseRequest lease, boolean failed) {
    RequestSpecification asking = internal();
    if (failed) {
      asking.queryParam("failed", true);
    }
    assertThat(asking.delete("/internal/v1/leases/{id}", lease.leaseId()).statusCode())
        .isEqualTo(204);
  }

  @Test
  void theHolderIsNamedUntilItGivesTheLeaseBack() {
    ClaimGranted one = attempt();
    ClaimGranted two = attempt();
    LeaseRequest first = request(one, key);
    LeaseAnswer granted = answer(first);
    assertThat(granted.holder()).isNull();
    assertThat(granted.contested()).isFalse();
    LeaseAnswer.Holder holder = Objects.requireNonNull(answer(request(two, key)).holder());
    assertThat(holder.leaseId()).isEqualTo(first.leaseId());
    assertThat(holder.buildId()).isEqualTo(one.buildId());
    assertThat(holder.jobId()).isEqualTo(one.jobId());
    assertThat(holder.attempt()).isEqualTo(1);
    assertThat(holder.stepId()).isEqualTo("main-2");
    assertThat(holder.logFrom()).isEqualTo(17);
    assertThat(standing(first)).isEqualTo(State.HELD);

    release(first, false);
    release(first, true);

    assertThat(standing(first)).isEqualTo(State.GONE);
    LeaseAnswer next = answer(request(two, key));
    assertThat(next.holder()).isNull();
    assertThat(next.contested()).isTrue();
  }

  @Test
  void aLostAnswerIsGivenAgain() {
    LeaseRequest request = held(attempt());
    assertThat(answer(request)).isEqualTo(new LeaseAnswer(1, false, null));
    assertThat(standing(request)).isEqualTo(State.HELD);
  }

  @Test
  void aFailureIsToldToThoseThatWaitAlsoAfterTheNextTook() {
    LeaseRequest first = held(attempt());
    release(first, true);
    assertThat(standing(first)).isEqualTo(State.FAILED);
    held(attempt());
    assertThat(standing(first)).isEqualTo(State.FAILED);
  }

  @Test
  void theLeaseFallsWhenTheAttemptIsLost() {
    ClaimGranted one = attempt();
    ClaimGranted two = attempt();
    LeaseRequest first = held(one);
    clock.advance(Duration.ofSeconds(31));
    farm.heartbeat(two.jobId(), two.attempt());
    FarmTester.await("the lease is gone", () -> standing(first) == State.GONE);
    ClaimGranted other = attempt();
    assertThat(answer(request(other, key))).isEqualTo(new LeaseAnswer(1, true, null));
  }

  @Test
  void theLeaseFallsWhenTheJobIsClaimedAnew() {
    UUID job = farm.queued(farm.submit("linux/amd64"), 1).jobId();
    ClaimGranted dead = FarmTester.granted(farm.claim(job, "dead", 5, 1));
    LeaseRequest first = held(dead);
    ClaimGranted heir = FarmTester.granted(farm.claim(job, "heir", 5, 2));
    assertThat(standing(first)).isEqualTo(State.GONE);
    held(heir);
    // The dead one, who does not know it yet, gets nothing any more, and takes nothing away.
    Response refused = ask(request(dead, "step/p/other-" + key));
    assertThat(refused.statusCode()).isEqualTo(409);
    assertThat(refused.jsonPath().getString("code")).isEqualTo("attempt-superseded");
    release(first, false);
    assertThat(answer(request(attempt(), key)).holder()).isNotNull();
  }

  @Test
  void theLeaseFallsWhenTheJobEnds() {
    ClaimGranted one = attempt();
    LeaseRequest first = held(one);
    farm.fail(one, Failure.Kind.USER);
    farm.awaitJobState(one.jobId(), "FAILED");
    assertThat(standing(first)).isEqualTo(State.GONE);
    held(attempt());
  }

  @Test
  void oneOfManyWinsAndTheOthersSeeTheSameHolder() throws Exception {
    List<ClaimGranted> attempts = IntStream.range(0, 10).mapToObj(i -> attempt()).toList();
    for (int round = 0; round < 8; round++) {
      String contested = key + "/" + round;
      attempts.forEach(live -> farm.heartbeat(live.jobId(), live.attempt()));
      CyclicBarrier start = new CyclicBarrier(attempts.size());
      List<Callable<LeaseAnswer>> asking = new ArrayList<>();
      List<LeaseRequest> requests = new ArrayList<>();
      for (ClaimGranted attempt : attempts) {
        LeaseRequest request = request(attempt, contested);
        requests.add(request);
        asking.add(
            () -> {
              start.await();
              return answer(request);
            });
      }
      Set<UUID> holders = new HashSet<>();
      int winners = 0;
      try (ExecutorService racers = Executors.newFixedThreadPool(attempts.size())) {
        List<Future<LeaseAnswer>> answers = racers.invokeAll(asking);
        for (int i = 0; i < answers.size(); i++) {
          LeaseAnswer.Holder holder = answers.get(i).get().holder();
          winners += holder == null ? 1 : 0;
          holders.add(holder == null ? requests.get(i).leaseId() : holder.leaseId());
        }
      }
      assertThat(winners).isEqualTo(1);
      assertThat(holders).hasSize(1);
    }
  }

  @Test
  void oneOfManyHeirsWins() throws Exception {
    ClaimGranted dying = attempt();
    LeaseRequest first = held(dying);
    List<ClaimGranted> heirs = IntStream.range(0, 8).mapToObj(i -> attempt()).toList();
    farm.fail(dying, Failure.Kind.USER);
    farm.awaitJobState(dying.jobId(), "FAILED");
    heirs.forEach(heir -> farm.heartbeat(heir.jobId(), heir.attempt()));
    int winners = 0;
    try (ExecutorService racers = Executors.newFixedThreadPool(heirs.size())) {
      List<Callable<LeaseAnswer>> asking = new ArrayList<>();
      heirs.forEach(heir -> asking.add(() -> answer(request(heir, key))));
      for (Future<LeaseAnswer> asked : racers.invokeAll(asking)) {
        winners += asked.get().holder() == null ? 1 : 0;
      }
    }
    assertThat(winners).isEqualTo(1);
    assertThat(standing(first)).isEqualTo(State.GONE);
  }

  @Test
  void whatEndedLongAgoIsForgottenAndWhatIsHeldIsNot() {
    ClaimGranted one = attempt();
    LeaseRequest ended = held(one);
    release(ended, true);
    LeaseRequest kept = held(one);
    clock.advance(Duration.ofMinutes(6));
    farm.heartbeat(one.jobId(), one.attempt());
    leases.sweep();
    assertThat(
            farm.column(
                "select string_agg(lease_id::text, ',') from scheduler.step_lease where key = ?",
                key))
        .isEqualTo(kept.leaseId().toString());
    assertThat(standing(ended)).isEqualTo(State.GONE);
  }

  @Test
  void strangersAndNonsenseAreSentAway() {
    UUID nobody = UUID.randomUUID();
    assertThat(RestAssured.given().post("/internal/v1/leases").statusCode()).isEqualTo(401);
    assertThat(RestAssured.given().delete("/internal/v1/leases/" + nobody).statusCode())
        .isEqualTo(401);
    for (String body :
        List.of("{]", "{}", "null", "[]", "{\"leaseId\":\"" + nobody + "\",\"key\":\"\"}")) {
      assertThat(internal().body(body).post("/internal/v1/leases").statusCode()).isEqualTo(400);
    }
    for (String body : List.of("{]", "{}", "null", "{\"leaseIds\":7}", "{\"leaseIds\":[null]}")) {
      assertThat(internal().body(body).post("/internal/v1/leases/standings").statusCode())
          .isEqualTo(400);
    }
    List<UUID> many =
        IntStream.range(0, LeaseStandings.MOST + 1).mapToObj(i -> UUID.randomUUID()).toList();
    assertThat(
            internal()
                .body(Json.write(new LeaseStandings.Question(1, many)))
                .post("/internal/v1/leases/standings")
                .statusCode())
        .isEqualTo(400);
    assertThat(ask(new LeaseRequest(1, UUID.randomUUID(), key, nobody, 1, "s", 0)).statusCode())
        .isEqualTo(409);
  }
}
