package dev.brickyard.api.follow;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import dev.brickyard.api.testing.Farm;
import dev.brickyard.api.testing.FarmResource;
import dev.brickyard.api.testing.SseClient;
import dev.brickyard.contracts.Topics;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@QuarkusTest
@WithTestResource(FarmResource.class)
@Timeout(120)
class EventsTest {
  private static final int EVENTS = 60;

  @Inject Farm farm;
  @Inject TopicReaders readers;

  @TestHTTPResource("/v1/builds/")
  String base;

  @Test
  void anyPlaceToResumeAtMissesAndRepeatsNothing() throws Exception {
    UUID build = farm.submit();
    UUID other = farm.id();
    for (int i = 0; i < EVENTS; i++) {
      farm.sendWarning(other, "not yours");
      farm.sendWarning(build, "event " + i);
    }
    farm.send(Topics.EVENTS, build.toString(), "no event".getBytes(StandardCharsets.UTF_8));
    farm.send(Topics.EVENTS, "no id", "no event".getBytes(StandardCharsets.UTF_8));
    farm.sendFinished(build);

    List<SseClient.Event> all = follow(build, -1);
    assertThat(Farm.warnings(all)).isEqualTo(texts(EVENTS));
    assertThat(all)
        .hasSize(EVENTS + 1)
        .last()
        .extracting(SseClient.Event::type)
        .isEqualTo("BuildFinished");
    for (int i = 0; i < all.size() - 1; i++) {
      assertThat(follow(build, Long.parseLong(all.get(i).id())))
          .isEqualTo(all.subList(i + 1, all.size()));
    }
  }

  @Test
  void clientsThatComeAndGoWhileItHappensMissAndRepeatNothing() throws Exception {
    UUID build = farm.submit();
    int events = 300;
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<List<SseClient.Event>>> clients = new ArrayList<>();
      for (int seed = 0; seed < 6; seed++) {
        Random random = new Random(seed);
        clients.add(threads.submit(() -> followWithBreaks(build, random)));
      }
      for (int i = 0; i < events; i++) {
        farm.sendWarning(build, "event " + i);
      }
      farm.sendFinished(build);
      for (Future<List<SseClient.Event>> client : clients) {
        List<SseClient.Event> seen = client.get(100, TimeUnit.SECONDS);
        assertThat(Farm.warnings(seen)).isEqualTo(texts(events));
        assertThat(seen).hasSize(events + 1);
      }
    }
    awaitNoFollowers();
  }

  @Test
  void eventsArriveAtOnce() throws Exception {
    UUID build = farm.submit();
    List<Long> micros = new ArrayList<>();
    try (SseClient client = SseClient.open(base + build + "/events", -1)) {
      for (int i = 0; i < 200; i++) {
        long sent = System.nanoTime();
        farm.sendWarning(build, "event " + i);
        client.next().orElseThrow();
        micros.add((System.nanoTime() - sent) / 1000);
      }
    }
    micros.sort(null);
    System.out.printf(
        "from sending to seeing an event: p50 %d µs, p95 %d µs, max %d µs%n",
        micros.get(100), micros.get(190), micros.getLast());
    // Far above what a quiet machine shows, far below what any polling would.
    assertThat(micros.get(100)).isLessThan(100_000);
  }

  @Test
  void silentBuildIsKeptAlive() throws Exception {
    UUID build = farm.submit();
    try (SseClient client = SseClient.open(base + build + "/events", -1);
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<SseClient.Event> first = threads.submit(() -> client.next().orElseThrow());
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
      while (client.comments() < 2 && System.nanoTime() < deadline) {
        TimeUnit.MILLISECONDS.sleep(10);
      }
      assertThat(client.comments()).isGreaterThanOrEqualTo(2);
      farm.sendWarning(build, "still here");
      assertThat(first.get(10, TimeUnit.SECONDS).data()).contains("still here");
    }
  }

  @Test
  void endThatKafkaNoLongerHasIsToldFromTheDatabase() throws Exception {
    UUID build = farm.submit();
    farm.plan(build, "RUNNING");
    farm.end(build, "FAILED", 3600);
    farm.sql(
        "update scheduler.build set failure = ?::jsonb where id = ?",
        "{\"code\": \"run-failed\", \"kind\": \"USER\", \"message\": \"it failed\"}",
        build);
    List<SseClient.Event> all = follow(build, -1);
    assertThat(all).hasSize(1);
    assertThat(all.getFirst().type()).isEqualTo("BuildFinished");
    assertThat(all.getFirst().id()).isEmpty();
    assertThat(all.getFirst().data()).contains("\"FAILED\"", "run-failed");
  }

  @Test
  void idThatWasNeverGivenOutStartsOver() throws Exception {
    UUID build = farm.submit();
    farm.sendWarning(build, "event 0");
    farm.sendFinished(build);
    assertThat(follow(build, Long.MAX_VALUE)).hasSize(2);
  }

  @Test
  void wrongRequestsAreProblems() {
    given()
        .get("/v1/builds/" + farm.id() + "/events")
        .then()
        .statusCode(404)
        .contentType("application/problem+json")
        .body("code", equalTo("no-such-build"));
    given()
        .header("Last-Event-ID", "yesterday")
        .get("/v1/builds/" + farm.submit() + "/events")
        .then()
        .statusCode(400)
        .body("parameter", equalTo("Last-Event-ID"));
  }

  private List<SseClient.Event> follow(UUID build, long lastEventId) throws Exception {
    try (SseClient client = SseClient.open(base + build + "/events", lastEventId)) {
      return client.take(Integer.MAX_VALUE);
    }
  }

  private List<SseClient.Event> followWithBreaks(UUID build, Random random) throws Exception {
    List<SseClient.Event> seen = new ArrayList<>();
    while (seen.isEmpty() || !seen.getLast().type().equals("BuildFinished")) {
      long last = seen.isEmpty() ? -1 : Long.parseLong(seen.getLast().id());
      try (SseClient client = SseClient.open(base + build + "/events", last)) {
        seen.addAll(client.take(1 + random.nextInt(40)));
      }
    }
    return seen;
  }

  private void awaitNoFollowers() throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (readers.events().followers() > 0 && System.nanoTime() < deadline) {
      TimeUnit.MILLISECONDS.sleep(10);
    }
    assertThat(readers.events().followers()).isZero();
  }

  private static List<String> texts(int count) {
    return IntStream.range(0, count).mapToObj(i -> "event " + i).toList();
  }
}
