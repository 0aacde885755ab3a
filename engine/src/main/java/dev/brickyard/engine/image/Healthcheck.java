package dev.brickyard.engine.image;

import java.time.Duration;
import java.util.List;

/**
 * How a container's health is asked (Docker image specification, "Healthcheck"). Zero durations and
 * retries mean "inherit", as Docker's do.
 *
 * @param test empty to inherit, {@code NONE} to disable, else {@code CMD} or {@code CMD-SHELL} with
 *     its arguments
 */
public record Healthcheck(
    List<String> test,
    Duration interval,
    Duration timeout,
    Duration startPeriod,
    Duration startInterval,
    int retries) {
  /** Copies the list; throws {@link IllegalArgumentException} on a negative figure. */
  public Healthcheck {
    test = List.copyOf(test);
    if (retries < 0
        || interval.isNegative()
        || timeout.isNegative()
        || startPeriod.isNegative()
        || startInterval.isNegative()) {
      throw new IllegalArgumentException("a health check's figures cannot be negative");
    }
  }

  /** Asks nothing, and overrides the base image's. */
  public static Healthcheck none() {
    return new Healthcheck(
        List.of("NONE"), Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO, 0);
  }
}
