package dev.brickyard.api.start;

import dev.brickyard.api.follow.TopicReaders;
import io.smallrye.common.annotation.Identifier;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Ready once the start is done and the topics are read, while the broker answers. */
@Readiness
@ApplicationScoped
public class KafkaReady implements HealthCheck {
  private static final String NAME = "kafka";
  private static final int TIMEOUT_MS = 2_000;

  private final Startup startup;
  private final TopicReaders readers;
  private final Admin admin;

  KafkaReady(
      Startup startup,
      TopicReaders readers,
      @Identifier("default-kafka-broker") Map<String, Object> kafka) {
    this.startup = startup;
    this.readers = readers;
    Map<String, Object> config = new HashMap<>(kafka);
    config.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, TIMEOUT_MS);
    config.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, TIMEOUT_MS);
    this.admin = Admin.create(config);
  }

  @Override
  public HealthCheckResponse call() {
    if (!startup.isDone() || !readers.areStanding()) {
      return down("the topics are not followed yet");
    }
    try {
      admin.describeCluster().nodes().get(TIMEOUT_MS, TimeUnit.MILLISECONDS);
      return HealthCheckResponse.up(NAME);
    } catch (ExecutionException | TimeoutException e) {
      return down("the broker does not answer");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return down("interrupted");
    }
  }

  @PreDestroy
  void close() {
    admin.close(Duration.ofSeconds(1));
  }

  private static HealthCheckResponse down(String reason) {
    return HealthCheckResponse.named(NAME).down().withData("reason", reason).build();
  }
}
