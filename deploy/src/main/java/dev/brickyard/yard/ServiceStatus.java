package dev.brickyard.yard;

import dev.brickyard.yard.configuration.ServiceName;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * How a service is.
 *
 * @param pid empty when it does not run
 * @param ailment what is wrong with it; empty when it works or does not run
 * @param memoryBytes of all its processes
 */
public record ServiceStatus(
    ServiceName name,
    Map<String, Integer> ports,
    Optional<Long> pid,
    Optional<String> ailment,
    Duration uptime,
    long memoryBytes) {
  /** True when it runs and does its work. */
  public boolean healthy() {
    return pid.isPresent() && ailment.isEmpty();
  }
}
