package dev.brickyard.scheduler;

import dev.brickyard.contracts.Ids;
import dev.brickyard.scheduler.build.RetryPolicy;
import io.quarkus.arc.DefaultBean;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.time.Clock;

/** The parts that other classes ask for in their constructors. */
@ApplicationScoped
class Parts {
  @Produces
  @Singleton
  @DefaultBean
  Clock clock() {
    return Clock.systemUTC();
  }

  @Produces
  @Singleton
  Ids ids(Clock clock) {
    return new Ids(clock, new SecureRandom());
  }

  @Produces
  @Singleton
  RetryPolicy retryPolicy(SchedulerConfiguration configuration) {
    SchedulerConfiguration.Jobs jobs = configuration.jobs();
    return new RetryPolicy(
        jobs.maxAttempts(), jobs.firstRest(), jobs.longestRest(), new SecureRandom());
  }
}
