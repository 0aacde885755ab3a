package dev.brickyard.api.testing;

import dev.brickyard.contracts.Topics;
import dev.brickyard.contracts.testing.KafkaBroker;
import dev.brickyard.contracts.testing.PostgresServer;
import dev.brickyard.storage.testing.S3Server;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.jspecify.annotations.Nullable;

/** Real PostgreSQL, Kafka and S3, set up as a scheduler would have left them. One per test run. */
public class FarmResource implements QuarkusTestResourceLifecycleManager {
  /** The bucket, which the api has to make itself. */
  public static final String BUCKET = "api-tests";

  /** What secrets are sealed with. */
  public static final String SECRETS_KEY = "the-key-of-these-tests-0123456789abcdef";

  private static @Nullable FarmResource current;

  private @Nullable PostgresServer postgres;
  private @Nullable KafkaBroker kafka;
  private @Nullable S3Server s3;

  /** The object store, to be paused; whoever does resumes it. */
  public static S3Server objects() {
    return Objects.requireNonNull(Objects.requireNonNull(current).s3);
  }

  /** The broker, to be killed; whoever does restarts it. */
  public static KafkaBroker broker() {
    return Objects.requireNonNull(Objects.requireNonNull(current).kafka);
  }

  @Override
  public Map<String, String> start() {
    current = this;
    try {
      PostgresServer database = PostgresServer.start();
      postgres = database;
      KafkaBroker broker = KafkaBroker.start();
      kafka = broker;
      S3Server objects = S3Server.start();
      s3 = objects;
      createViews(database);
      createTopics(broker.bootstrapServers());
      Map<String, String> settings = new HashMap<>(settings(database, broker, objects));
      // Small and quick, so that tests see what a busy farm sees.
      settings.put("brickyard.follow.keep-alive", "PT0.5S");
      settings.put("brickyard.follow.grace", "PT1S");
      settings.put("brickyard.follow.buffer", "16K");
      settings.put("brickyard.secrets.key", SECRETS_KEY);
      settings.put("brickyard.secrets.sweep", "PT0.2S");
      return settings;
    } catch (RuntimeException | Error e) {
      stop();
      throw e;
    }
  }

  /** How a service is told where these are. */
  public static Map<String, String> settings(
      PostgresServer database, KafkaBroker broker, S3Server objects) {
    return Map.ofEntries(
        Map.entry("quarkus.datasource.jdbc.url", database.jdbcUrl()),
        Map.entry("quarkus.datasource.username", database.username()),
        Map.entry("quarkus.datasource.password", database.password()),
        Map.entry("kafka.bootstrap.servers", broker.bootstrapServers()),
        Map.entry("brickyard.s3.endpoint", objects.endpoint().toString()),
        Map.entry("brickyard.s3.access-key", objects.accessKey()),
        Map.entry("brickyard.s3.secret-key", objects.secretKey()),
        Map.entry("brickyard.s3.bucket", BUCKET));
  }

  /** Makes what the scheduler publishes. */
  public static void createViews(PostgresServer database) {
    try (InputStream script =
            Objects.requireNonNull(FarmResource.class.getResourceAsStream("/scheduler-views.sql"));
        Connection connection =
            DriverManager.getConnection(
                database.jdbcUrl(), database.username(), database.password());
        Statement statement = connection.createStatement()) {
      statement.execute(new String(script.readAllBytes(), StandardCharsets.UTF_8));
    } catch (SQLException | IOException e) {
      throw new IllegalStateException("the scheduler's views cannot be made", e);
    }
  }

  /** Makes the topics the scheduler makes. */
  public static void createTopics(String bootstrapServers) {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
      admin
          .createTopics(
              List.of(
                  new NewTopic(Topics.SUBMISSIONS, 3, (short) 1),
                  new NewTopic(Topics.EVENTS, 6, (short) 1),
                  new NewTopic(Topics.LOGS, 6, (short) 1)))
          .all()
          .get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("the topics cannot be made", e);
    }
  }

  @Override
  public void stop() {
    if (s3 != null) {
      s3.close();
      s3 = null;
    }
    if (kafka != null) {
      kafka.close();
      kafka = null;
    }
    if (postgres != null) {
      postgres.close();
      postgres = null;
    }
  }
}
