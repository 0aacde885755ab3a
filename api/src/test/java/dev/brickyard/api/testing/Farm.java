package dev.brickyard.api.testing;

import static io.restassured.RestAssured.given;

import dev.brickyard.contracts.BuildEvent;
import dev.brickyard.contracts.Ids;
import dev.brickyard.contracts.Json;
import dev.brickyard.contracts.LogChunk;
import dev.brickyard.contracts.Outcome;
import dev.brickyard.contracts.Topics;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import javax.sql.DataSource;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Plays the scheduler and the workers: writes their tables and sends their messages. */
@Singleton
public class Farm {
  private final DataSource database;
  private final KafkaProducer<String, byte[]> producer;
  private final Ids ids = Ids.system();

  Farm(DataSource database, @ConfigProperty(name = "kafka.bootstrap.servers") String kafka) {
    this.database = database;
    this.producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", kafka, "linger.ms", 0),
            new StringSerializer(),
            new ByteArraySerializer());
  }

  @PreDestroy
  void close() {
    producer.close();
  }

  /** A fresh id of a build or job. */
  public UUID id() {
    return ids.next();
  }

  /** Submits a build through the api. */
  public UUID submit() {
    return submit("default");
  }

  public UUID submit(String project) {
    return UUID.fromString(
        given()
            .body(Archives.dockerfile("FROM scratch\nCOPY . /\n"))
            .contentType("application/x-tar")
            .post("/v1/builds?tag=app&project=" + project)
            .then()
            .statusCode(201)
            .extract()
            .<String>path("id"));
  }

  /** Writes a build as the scheduler would, in the given state. */
  public void plan(UUID build, String state) {
    sql(
        """
        insert into scheduler.build (id, project, state, tags, created_at)
        values (?, 'default', ?, '["docker.io/library/app:latest"]', now())
        """,
        build,
        state);
  }

  /** Ends a build, as of some seconds ago. */
  public void end(UUID build, String state, int secondsAgo) {
    sql(
        "update scheduler.build set state = ?, finished_at = now() - ? * interval '1 second'"
            + " where id = ?",
        state,
        secondsAgo,
        build);
  }

  /** Writes a job. */
  public UUID job(UUID build, String kind, String platform, String state, int attempt) {
    UUID job = id();
    sql(
        """
        insert into scheduler.job (id, build_id, kind, platform, state, attempt, worker_id)
        values (?, ?, ?, ?, ?, ?, 'worker-1')
        """,
        job,
        build,
        kind,
        platform,
        state,
        attempt);
    return job;
  }

  /** Writes a step. */
  public void step(UUID job, int attempt, int ordinal, String name, String state) {
    sql(
        """
        insert into scheduler.step
            (job_id, attempt, step_id, ordinal, name, line, state, counters, inputs)
        values (?, ?, ?, ?, ?, ?, ?, '{"bytes-pulled": 42}', '[]')
        """,
        job,
        attempt,
        "build-" + ordinal,
        ordinal,
        name,
        ordinal + 1,
        state);
  }

  public void sql(String statement, Object... values) {
    try (Connection connection = database.getConnection();
        PreparedStatement prepared = connection.prepareStatement(statement)) {
      for (int i = 0; i < values.length; i++) {
        prepared.setObject(i + 1, values[i]);
      }
      prepared.executeUpdate();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Sends an event and waits until Kafka has it. */
  public long send(BuildEvent event) {
    return send(Topics.EVENTS, event.buildId().toString(), Json.write(event));
  }

  /** Sends something recognisable. */
  public long sendWarning(UUID build, String text) {
    return send(
        new BuildEvent.StepWarned(1, build, build, 1, Instant.now(), "build-1", text, null));
  }

  public long sendFinished(UUID build) {
    return send(
        new BuildEvent.BuildFinished(1, build, Instant.now(), Outcome.SUCCEEDED, null, null));
  }

  public long sendLog(UUID build, UUID job, int attempt, String step, long sequence, String text) {
    return sendLog(build, job, attempt, step, sequence, text, Instant.now());
  }

  public long sendLog(
      UUID build, UUID job, int attempt, String step, long sequence, String text, Instant at) {
    return send(
        Topics.LOGS,
        build.toString(),
        Json.write(
            new LogChunk(
                1,
                build,
                job,
                attempt,
                step,
                LogChunk.Stream.STDOUT,
                sequence,
                at,
                text.getBytes(StandardCharsets.UTF_8))));
  }

  /** Sends any bytes and waits until Kafka has them; returns the offset. */
  public long send(String topic, String key, byte[] value) {
    try {
      return producer.send(new ProducerRecord<>(topic, key, value)).get().offset();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The texts of warnings, for comparing. */
  public static List<String> warnings(List<SseClient.Event> events) throws Exception {
    List<String> texts = new ArrayList<>();
    for (SseClient.Event event : events) {
      if (event.type().equals("StepWarned")) {
        texts.add(
            Json.read(event.data().getBytes(StandardCharsets.UTF_8), BuildEvent.StepWarned.class)
                .message());
      }
    }
    return texts;
  }
}
