package dev.brickyard.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brickyard.contracts.AttemptReport;
import dev.brickyard.contracts.BuildEvent;
import dev.brickyard.contracts.ClaimGranted;
import dev.brickyard.contracts.ClaimRequest;
import dev.brickyard.contracts.ControlCommand;
import dev.brickyard.contracts.Failure;
import dev.brickyard.contracts.Ids;
import dev.brickyard.contracts.ImageManifest;
import dev.brickyard.contracts.JobQueued;
import dev.brickyard.contracts.Json;
import dev.brickyard.contracts.Outcome;
import dev.brickyard.contracts.SubmissionMessage;
import dev.brickyard.contracts.Topics;
import io.agroal.api.AgroalDataSource;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Plays the api and the workers: writes submissions, claims jobs over HTTP, tells events, and sees
 * every record that Kafka gets.
 */
@Singleton
public class FarmTester {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final AgroalDataSource database;
  private final KafkaProducer<String, byte[]> producer;
  private final KafkaConsumer<String, byte[]> consumer;
  private final List<ConsumerRecord<String, byte[]>> seen = new CopyOnWriteArrayList<>();
  private final Ids ids = Ids.system();
  private final Thread watcher;

  FarmTester(
      AgroalDataSource database, @ConfigProperty(name = "kafka.bootstrap.servers") String servers) {
    this.database = database;
    Map<String, Object> settings = Map.of("bootstrap.servers", servers, "linger.ms", 0);
    this.producer =
        new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer());
    this.consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", servers, "auto.offset.reset", "earliest"),
            new StringDeserializer(),
            new ByteArrayDeserializer());
    createTheApisView();
    List<TopicPartition> partitions = new ArrayList<>();
    for (String topic :
        List.of(
            Topics.EVENTS,
            Topics.CONTROL,
            Topics.jobs("linux/amd64"),
            Topics.jobs("linux/arm64"))) {
      await("topic " + topic, () -> !partitionsOf(topic).isEmpty());
      partitionsOf(topic).forEach(p -> partitions.add(new TopicPartition(topic, p.partition())));
    }
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    watcher = Thread.ofPlatform().name("tester").start(this::watch);
  }

  private List<PartitionInfo> partitionsOf(String topic) {
    return consumer.listTopics().getOrDefault(topic, List.of());
  }

  private void watch() {
    try (consumer) {
      while (true) {
        consumer.poll(Duration.ofMillis(200)).forEach(seen::add);
      }
    } catch (WakeupException e) {
      // the end
    }
  }

  @PreDestroy
  void close() throws InterruptedException {
    consumer.wakeup();
    watcher.join();
    producer.close();
  }

  private void createTheApisView() {
    execute("create schema if not exists api");
    execute(
        """
        create table if not exists api.submission_published (
          id uuid primary key, project text not null, context_id uuid not null,
          dockerfile text not null, platforms jsonb not null, tags jsonb not null, target text,
          build_args jsonb not null, labels jsonb not null, no_cache boolean not null,
          accepted_at timestamptz not null, canceled_at timestamptz, traceparent text)
        """);
  }

  // The api's part.

  /** Accepts a build and tells the scheduler. */
  UUID submit(String... platforms) {
    UUID id = acceptSilently(platforms);
    tellAccepted(id);
    return id;
  }

  /** Accepts a build, and crashes before it tells. */
  UUID acceptSilently(String... platforms) {
    UUID id = ids.next();
    execute(
        """
        insert into api.submission_published values (?, 'p', ?, 'Dockerfile', ?::jsonb,
          '["registry.test/app:1"]', null, '{"A":"1"}', '{}', false, now(), null, '00-a-b-01')
        """,
        id,
        ids.next(),
        Arrays.stream(platforms).map(p -> '"' + p + '"').toList().toString());
    return id;
  }

  void tellAccepted(UUID id) {
    produce(Topics.SUBMISSIONS, id, new SubmissionMessage.Accepted(1, id, Instant.now(), null));
  }

  /** Somebody cancels a build; the scheduler is told unless the api crashes. */
  void cancel(UUID id, boolean told) {
    execute("update api.submission_published set canceled_at = now() where id = ?", id);
    if (told) {
      produce(Topics.SUBMISSIONS, id, new SubmissionMessage.CancelRequested(1, id, Instant.now()));
    }
  }

  // A worker's part.

  Response claim(UUID job, String worker, long offset, int deliveryCount) {
    return RestAssured.given()
        .header("Authorization", "Bearer " + RealServers.TOKEN)
        .contentType("application/json")
        .body(Json.write(new ClaimRequest(1, worker, "q", offset, deliveryCount)))
        .post("/internal/v1/jobs/{job}/claims", job);
  }

  ClaimGranted claimed(JobQueued job) {
    Response response = claim(job.jobId(), "worker", 100, 1);
    assertThat(response.statusCode()).describedAs(response.asString()).isEqualTo(200);
    return granted(response);
  }

  static ClaimGranted granted(Response response) {
    return read(response.asByteArray(), ClaimGranted.class);
  }

  int heartbeat(UUID job, int attempt) {
    return RestAssured.given()
        .header("Authorization", "Bearer " + RealServers.TOKEN)
        .post("/internal/v1/jobs/{job}/attempts/{attempt}/heartbeat", job, attempt)
        .statusCode();
  }

  void say(BuildEvent event) {
    produce(Topics.EVENTS, event.buildId(), event);
  }

  void succeed(ClaimGranted held) {
    say(success(held));
  }

  void fail(ClaimGranted held, Failure.Kind kind) {
    say(failure(held, kind));
  }

  /** Says over HTTP how an attempt ended, without its events. */
  Response report(BuildEvent.JobFinished finished, boolean goesOn, BuildEvent... steps) {
    return RestAssured.given()
        .header("Authorization", "Bearer " + RealServers.TOKEN)
        .contentType("application/json")
        .body(Json.write(new AttemptReport(1, finished, List.of(steps), goesOn)))
        .post(
            "/internal/v1/jobs/{job}/attempts/{attempt}/result",
            finished.jobId(),
            finished.attempt());
  }

  static BuildEvent.JobFinished success(ClaimGranted held) {
    return new BuildEvent.JobFinished(
        1,
        held.buildId(),
        held.jobId(),
        held.attempt(),
        Instant.now(),
        Outcome.SUCCEEDED,
        new ImageManifest("linux/amd64", "m/t", "sha256:" + "a".repeat(64), 7, 70),
        null);
  }

  static BuildEvent.JobFinished failure(ClaimGranted held, Failure.Kind kind) {
    return new BuildEvent.JobFinished(
        1,
        held.buildId(),
        held.jobId(),
        held.attempt(),
        Instant.now(),
        Outcome.FAILED,
        null,
        Failure.of("it-failed", kind, "It failed."));
  }

  // What is seen.

  /** Waits for the n-th record that queues a job of the build, over all its jobs. */
  JobQueued queued(UUID build, int n) {
    return awaitNth(n, () -> queuedJobs(build), "queued job of " + build);
  }

  List<JobQueued> queuedJobs(UUID build) {
    return seen.stream()
        .filter(record -> record.topic().startsWith(Topics.jobs("")))
        .map(record -> read(record.value(), JobQueued.class))
        .filter(job -> job.buildId().equals(build))
        .toList();
  }

  <T extends BuildEvent> T event(UUID build, Class<T> type) {
    return awaitNth(1, () -> events(build, type), type.getSimpleName());
  }

  <T extends BuildEvent> List<T> events(UUID build, Class<T> type) {
    return seen.stream()
        .filter(record -> record.topic().equals(Topics.EVENTS))
        .filter(record -> record.key().equals(build.toString()))
        .map(record -> read(record.value(), BuildEvent.class))
        .filter(type::isInstance)
        .map(type::cast)
        .toList();
  }

  List<UUID> stopped(UUID build) {
    return seen.stream()
        .filter(record -> record.topic().equals(Topics.CONTROL))
        .map(record -> read(record.value(), ControlCommand.class))
        .filter(ControlCommand.CancelJob.class::isInstance)
        .map(ControlCommand.CancelJob.class::cast)
        .filter(command -> command.buildId().equals(build))
        .map(ControlCommand.CancelJob::jobId)
        .toList();
  }

  /** When Kafka got the first record that queues a job of the build. */
  long queuedAtMillis(UUID build) {
    return seen.stream()
        .filter(record -> record.topic().startsWith(Topics.jobs("")))
        .filter(record -> read(record.value(), JobQueued.class).buildId().equals(build))
        .findFirst()
        .orElseThrow()
        .timestamp();
  }

  /** Tells every event there ever was once more. */
  void replayAllEvents() {
    for (ConsumerRecord<String, byte[]> record : List.copyOf(seen)) {
      if (record.topic().equals(Topics.EVENTS)) {
        var _ = producer.send(new ProducerRecord<>(record.topic(), record.key(), record.value()));
      }
    }
    producer.flush();
  }

  void produceRaw(String topic, UUID key, byte[] value) {
    var _ = producer.send(new ProducerRecord<>(topic, key.toString(), value));
    producer.flush();
  }

  String buildState(UUID build) {
    return column("select state from scheduler.build_published where id = ?", build);
  }

  String jobState(UUID job) {
    return column("select state from scheduler.job_published where id = ?", job);
  }

  /** The first column of the first row as text; empty when there is none. */
  String column(String query, Object... parameters) {
    try (Connection connection = database.getConnection();
        PreparedStatement select = connection.prepareStatement(query)) {
      for (int i = 0; i < parameters.length; i++) {
        select.setObject(i + 1, parameters[i]);
      }
      try (ResultSet row = select.executeQuery()) {
        return row.next() && row.getString(1) != null ? row.getString(1) : "";
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  void execute(String statement, Object... parameters) {
    try (Connection connection = database.getConnection();
        PreparedStatement prepared = connection.prepareStatement(statement)) {
      for (int i = 0; i < parameters.length; i++) {
        prepared.setObject(i + 1, parameters[i]);
      }
      prepared.execute();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  void awaitBuildState(UUID build, String state) {
    await("build " + build + " " + state, () -> buildState(build).equals(state));
  }

  void awaitJobState(UUID job, String state) {
    await("job " + job + " " + state, () -> jobState(job).equals(state));
  }

  /** Waits until it holds; fails when it does not for long. */
  static void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("did not happen within " + PATIENCE + ": " + what);
      }
      try {
        Thread.sleep(5);
      } catch (InterruptedException e) {
        throw new AssertionError("interrupted while waiting for " + what, e);
      }
    }
  }

  private static <T> T awaitNth(int n, Supplier<List<T>> found, String what) {
    await("number " + n + " of " + what, () -> found.get().size() >= n);
    return found.get().get(n - 1);
  }

  private void produce(String topic, UUID key, Object message) {
    produceRaw(topic, key, Json.write(message));
  }

  private static <T> T read(byte[] json, Class<T> type) {
    try {
      return Json.read(json, type);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
