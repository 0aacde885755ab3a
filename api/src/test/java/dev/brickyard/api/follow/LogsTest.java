package dev.brickyard.api.follow;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import dev.brickyard.api.testing.Farm;
import dev.brickyard.api.testing.FarmResource;
import dev.brickyard.api.testing.SseClient;
import dev.brickyard.contracts.Json;
import dev.brickyard.contracts.LogChunk;
import dev.brickyard.storage.log.LogEntry;
import dev.brickyard.storage.log.LogSpool;
import dev.brickyard.storage.log.LogStore;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@QuarkusTest
@WithTestResource(FarmResource.class)
@Timeout(120)
class LogsTest {
  private static final int CHUNK = 60_000;

  @Inject Farm farm;
  @Inject LogStore stored;
  @Inject TopicReaders readers;

  @TestHTTPResource("/v1/builds/")
  String base;

  @TempDir Path folder;

  @Test
  void runningBuildShowsWhatThereIsLineByLine() {
    UUID build = farm.submit();
    farm.plan(build, "RUNNING");
    UUID amd64 = farm.job(build, "BUILD", "linux/amd64", "RUNNING", 1);
    UUID arm64 = farm.job(build, "BUILD", "linux/arm64", "RUNNING", 2);
    farm.sendLog(build, amd64, 1, "build-1", 0, "first ha");
    farm.sendLog(build, arm64, 2, "build-1", 0, "other\n");
    farm.sendLog(build, amd64, 1, "build-1", 1, "lf\n\nsecond\nno end");
    assertThat(text(build))
        .isEqualTo(
            """
            [linux/arm64 build-1 attempt 2] other
            [linux/amd64 build-1] first half
            [linux/amd64 build-1]\s
            [linux/amd64 build-1] second
            [linux/amd64 build-1] no end
            """);
  }

  @Test
  void endedBuildIsReadFromTheStoreAndTheLostAttemptFromKafka() throws Exception {
    UUID build = farm.submit();
    farm.plan(build, "RUNNING");
    UUID amd64 = farm.job(build, "BUILD", "linux/amd64", "SUCCEEDED", 2);
    UUID arm64 = farm.job(build, "BUILD", "linux/arm64", "SUCCEEDED", 1);
    Instant start = Instant.now();
    farm.sendLog(build, amd64, 1, "build-1", 0, "lost worker\n", start);
    farm.sendLog(build, amd64, 2, "build-1", 0, "in both\n", start.plusMillis(2));
    store(build, amd64, 2, entry("build-1", start.plusMillis(2), "in both\n"));
    store(
        build,
        arm64,
        1,
        entry("build-1", start.plusMillis(1), "from the store\n"),
        entry("build-2", start.plusMillis(3), "later\n"));
    farm.end(build, "SUCCEEDED", 0);
    assertThat(text(build))
        .isEqualTo(
            """
            [linux/amd64 build-1] lost worker
            [linux/arm64 build-1] from the store
            [linux/amd64 build-1 attempt 2] in both
            [linux/arm64 build-2] later
            """);
  }

  @Test
  void buildThatPrintedNothingHasAnEmptyLog() {
    UUID build = farm.submit();
    assertThat(text(build)).isEmpty();
  }

  @Test
  void logThatVanishedIsGoneAndAnEmptyOneIsEmpty() throws Exception {
    UUID vanished = farm.submit();
    farm.plan(vanished, "RUNNING");
    farm.job(vanished, "BUILD", "linux/amd64", "SUCCEEDED", 1);
    farm.end(vanished, "SUCCEEDED", 0);
    given()
        .get("/v1/builds/" + vanished + "/logs")
        .then()
        .statusCode(410)
        .contentType("application/problem+json")
        .body("code", equalTo("log-gone"))
        .body("detail", containsString("kept no longer"));
    UUID silent = farm.submit();
    farm.plan(silent, "RUNNING");
    UUID job = farm.job(silent, "BUILD", "linux/amd64", "SUCCEEDED", 1);
    store(silent, job, 1);
    farm.end(silent, "SUCCEEDED", 0);
    assertThat(text(silent)).isEmpty();
    UUID neverRan = farm.submit();
    farm.plan(neverRan, "RUNNING");
    farm.job(neverRan, "BUILD", "linux/amd64", "CANCELED", 0);
    farm.end(neverRan, "CANCELED", 0);
    assertThat(text(neverRan)).isEmpty();
  }

  @Test
  void followingEndsWithTheBuildAndCanBeResumedAnywhere() throws Exception {
    UUID build = farm.submit();
    farm.plan(build, "RUNNING");
    UUID job = farm.job(build, "BUILD", "linux/amd64", "RUNNING", 1);
    for (int i = 0; i < 20; i++) {
      farm.sendLog(build, job, 1, "build-1", i, "line " + i + "\n");
    }
    try (SseClient live = SseClient.open(base + build + "/logs?follow", -1)) {
      List<SseClient.Event> first = live.take(20);
      for (int i = 20; i < 40; i++) {
        farm.sendLog(build, job, 1, "build-1", i, "line " + i + "\n");
      }
      farm.end(build, "SUCCEEDED", 0);
      farm.sendFinished(build);
      List<SseClient.Event> rest = live.take(Integer.MAX_VALUE);
      assertThat(rest).hasSize(21).last().extracting(SseClient.Event::type).isEqualTo("end");
      assertThat(rest.getLast().data()).contains("SUCCEEDED");
      assertThat(printed(first)).isEqualTo(lines(0, 20));
      assertThat(printed(rest)).isEqualTo(lines(20, 40));
      for (int i = 0; i < 20; i++) {
        try (SseClient again =
            SseClient.open(base + build + "/logs?follow=true", Long.parseLong(first.get(i).id()))) {
          assertThat(printed(again.take(Integer.MAX_VALUE))).isEqualTo(lines(i + 1, 40));
        }
      }
    }
  }

  @Test
  void slowClientGetsEverythingAndCostsABoundedBuffer() throws Exception {
    UUID build = farm.submit();
    farm.plan(build, "RUNNING");
    UUID job = farm.job(build, "BUILD", "linux/amd64", "RUNNING", 1);
    int chunks = 400;
    String text = "x".repeat(CHUNK);
    try (SseClient slow = SseClient.open(base + build + "/logs?follow", -1)) {
      farm.sendLog(build, job, 1, "build-1", 0, text);
      slow.next().orElseThrow();
      // More than buffers of sockets and of both sides hold together.
      for (int i = 1; i < chunks; i++) {
        farm.sendLog(build, job, 1, "build-1", i, text);
      }
      farm.end(build, "CANCELED", 0);
      farm.sendFinished(build);
      for (int i = 1; i < chunks; i++) {
        SseClient.Event event = slow.next().orElseThrow();
        assertThat(chunk(event).sequence()).isEqualTo(i);
      }
      assertThat(slow.next().orElseThrow().type()).isEqualTo("end");
      assertThat(slow.next()).isEmpty();
    }
  }

  @Test
  void clientThatLeavesIsForgotten() throws Exception {
    UUID build = farm.submit();
    try (SseClient client = SseClient.open(base + build + "/logs?follow", -1)) {
      awaitFollowers(1);
      assertThat(client.comments()).isZero();
    }
    awaitFollowers(0);
  }

  @Test
  void logOlderThanKafkaKeepsIsFollowedFromTheStore() throws Exception {
    UUID build = farm.submit();
    farm.plan(build, "RUNNING");
    UUID job = farm.job(build, "BUILD", "linux/amd64", "SUCCEEDED", 1);
    store(build, job, 1, entry("build-1", Instant.now(), "line 0\n"));
    farm.end(build, "SUCCEEDED", 3600);
    try (SseClient client = SseClient.open(base + build + "/logs?follow", -1)) {
      List<SseClient.Event> all = client.take(Integer.MAX_VALUE);
      assertThat(all).hasSize(2);
      assertThat(printed(all)).isEqualTo("line 0\n");
    }
  }

  @Test
  void wrongRequestsAreProblems() {
    given()
        .get("/v1/builds/" + farm.id() + "/logs")
        .then()
        .statusCode(404)
        .body("code", equalTo("no-such-build"));
    given()
        .get("/v1/builds/" + farm.submit() + "/logs?follow=perhaps")
        .then()
        .statusCode(400)
        .body("detail", containsString("true or false"));
  }

  private void awaitFollowers(int wanted) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (readers.logs().followers() != wanted && System.nanoTime() < deadline) {
      TimeUnit.MILLISECONDS.sleep(10);
    }
    assertThat(readers.logs().followers()).isEqualTo(wanted);
  }

  private static String text(UUID build) {
    return given()
        .get("/v1/builds/" + build + "/logs")
        .then()
        .statusCode(200)
        .contentType("text/plain;charset=utf-8")
        .extract()
        .asString();
  }

  private void store(UUID build, UUID job, int attempt, LogEntry... entries) throws Exception {
    try (LogSpool spool = new LogSpool(folder)) {
      for (LogEntry entry : entries) {
        spool.add(entry);
      }
      stored.store(build, job, attempt, spool);
    }
  }

  private static LogEntry entry(String step, Instant at, String text) {
    return new LogEntry(step, false, at, text.getBytes(StandardCharsets.UTF_8));
  }

  private static LogChunk chunk(SseClient.Event event) throws Exception {
    return Json.read(event.data().getBytes(StandardCharsets.UTF_8), LogChunk.class);
  }

  private static String printed(List<SseClient.Event> events) throws Exception {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (SseClient.Event event : events) {
      if (event.type().equals("log")) {
        all.writeBytes(chunk(event).bytes());
      }
    }
    return all.toString(StandardCharsets.UTF_8);
  }

  private static String lines(int from, int to) {
    StringBuilder all = new StringBuilder();
    for (int i = from; i < to; i++) {
      all.append("line ").append(i).append('\n');
    }
    return all.toString();
  }
}
