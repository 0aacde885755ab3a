package dev.brickyard.api.submission;

import dev.brickyard.api.ApiConfiguration;
import dev.brickyard.api.problem.Problem;
import dev.brickyard.api.problem.ProblemException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Lets so many build contexts in at once as this service has memory for: a context is not held, but
 * what it consists of is, and two parts of it on their way to the store.
 */
@ApplicationScoped
public class Doorman {
  private final int places;
  private final Duration patience;
  private final Semaphore free;

  @Inject
  Doorman(ApiConfiguration configuration) {
    this(configuration.context().concurrent(), configuration.context().patience());
  }

  Doorman(int places, Duration patience) {
    this.places = places;
    this.patience = patience;
    this.free = new Semaphore(places, true);
  }

  /** A place among those whose context is being read; given back when closed. */
  interface Place extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Waits for a place.
   *
   * @throws ProblemException 503 when none becomes free in time
   */
  Place enter() {
    boolean entered;
    try {
      entered = free.tryAcquire(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      entered = false;
    }
    if (!entered) {
      throw new ProblemException(
          Problem.of(
              503,
              "too-many-contexts",
              "Too many build contexts at once",
              places + " build contexts are being received at the moment; try again"));
    }
    return free::release;
  }
}
