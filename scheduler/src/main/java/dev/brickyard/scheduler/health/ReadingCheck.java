package dev.brickyard.scheduler.health;

import dev.brickyard.scheduler.SchedulerLife;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Ready when every topic is being read; Quarkus checks the database and the brokers beside it. */
@Readiness
@Singleton
public class ReadingCheck implements HealthCheck {
  private final SchedulerLife life;

  ReadingCheck(SchedulerLife life) {
    this.life = life;
  }

  @Override
  public HealthCheckResponse call() {
    return HealthCheckResponse.named("reads submissions, events and workers")
        .status(life.working())
        .build();
  }
}
