package dev.brickyard.worker.health;

import dev.brickyard.storage.object.ObjectKey;
import dev.brickyard.worker.wiring.WorkerLifecycle;
import dev.brickyard.worker.wiring.WorkerParts;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/** Ready when a job that came now would be taken, claimed, built and reported. */
@Readiness
@ApplicationScoped
public class WorkerReadiness implements HealthCheck {
  private static final ObjectKey PROBE = new ObjectKey("health");

  private final WorkerLifecycle lifecycle;

  WorkerReadiness(WorkerLifecycle lifecycle) {
    this.lifecycle = lifecycle;
  }

  @Override
  public HealthCheckResponse call() {
    HealthCheckResponseBuilder answer = HealthCheckResponse.named("worker");
    return lifecycle
        .parts()
        .map(parts -> check(parts, answer))
        .orElseGet(() -> answer.down().withData("reason", "starting").build());
  }

  private static HealthCheckResponse check(WorkerParts parts, HealthCheckResponseBuilder answer) {
    boolean taking = parts.worker().isTaking();
    boolean kafka = parts.worker().isHeard();
    boolean store = storeAnswers(parts);
    boolean scheduler = schedulerAnswers(parts);
    return answer
        .withData("taking-jobs", taking)
        .withData("kafka", kafka)
        .withData("object-store", store)
        .withData("scheduler", scheduler)
        .withData("busy", parts.worker().busy())
        .status(taking && kafka && store && scheduler)
        .build();
  }

  private static boolean storeAnswers(WorkerParts parts) {
    try {
      return parts.objectStore().stat(PROBE).isEmpty();
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean schedulerAnswers(WorkerParts parts) {
    try {
      return parts.scheduler().isReachable();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
