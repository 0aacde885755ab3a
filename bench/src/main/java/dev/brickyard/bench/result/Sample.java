package dev.brickyard.bench.result;

import java.util.Map;
import java.util.Optional;

/**
 * One build that was measured.
 *
 * @param project key of the project
 * @param situation key of the case
 * @param builder who built
 * @param run from 1
 * @param seconds how long it took; empty when it failed
 * @param failure why it failed; empty when it did not
 * @param profile where the time went, in milliseconds, as far as the builder tells
 * @param counters bytes and steps, as far as the builder tells
 */
public record Sample(
    String project,
    String situation,
    String builder,
    int run,
    Optional<Double> seconds,
    Optional<String> failure,
    Map<String, Long> profile,
    Map<String, Long> counters) {
  public Sample {
    if (seconds.isPresent() == failure.isPresent()) {
      throw new IllegalArgumentException("a build either took its time or failed");
    }
    profile = Map.copyOf(profile);
    counters = Map.copyOf(counters);
  }
}
