package dev.brickyard.scheduler;

import dev.brickyard.contracts.testing.KafkaBroker;
import dev.brickyard.contracts.testing.PostgresServer;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Real PostgreSQL and Kafka, started side by side, once for all tests of the module. */
public final class RealServers implements QuarkusTestResourceLifecycleManager {
  static final String TOKEN = "a-token-for-tests";

  /** What secrets are sealed with. */
  public static final String SECRETS_KEY = "the-key-of-these-tests-0123456789abcdef";

  private @Nullable PostgresServer postgres;
  private @Nullable KafkaBroker kafka;

  /** So seldom that nobody takes it for the message from the api. */
  static final int SUBMISSION_SWEEP_SECONDS = 8;

  @Override
  public Map<String, String> start() {
    CompletableFuture<KafkaBroker> broker = CompletableFuture.supplyAsync(KafkaBroker::start);
    PostgresServer database = PostgresServer.start();
    postgres = database;
    KafkaBroker started = broker.join();
    kafka = started;
    Map<String, String> settings = new HashMap<>();
    settings.put("brickyard.secrets.key", SECRETS_KEY);
    settings.putAll(
        Map.of(
            "quarkus.log.level",
            "WARN",
            "kafka.bootstrap.servers",
            started.bootstrapServers(),
            "quarkus.datasource.jdbc.url",
            database.jdbcUrl(),
            "quarkus.datasource.username",
            database.username(),
            "quarkus.datasource.password",
            database.password(),
            "quarkus.http.test-port",
            "0",
            "brickyard.internal-token",
            TOKEN,
            "brickyard.sweep.attempts",
            "100ms",
            "brickyard.sweep.outbox",
            "50ms",
            "brickyard.sweep.submissions",
            SUBMISSION_SWEEP_SECONDS + "s"));
    return settings;
  }

  @Override
  public void stop() {
    if (kafka != null) {
      kafka.close();
    }
    if (postgres != null) {
      postgres.close();
    }
  }
}
