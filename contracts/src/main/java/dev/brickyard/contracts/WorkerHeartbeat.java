package dev.brickyard.contracts;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a worker says of itself every few seconds.
 *
 * @param slots how many jobs it runs at once
 * @param busy how many it runs now
 */
public record WorkerHeartbeat(
    int schemaVersion,
    String workerId,
    Instant at,
    State state,
    List<String> platforms,
    int slots,
    int busy,
    @Nullable String version) {
  public WorkerHeartbeat {
    platforms = List.copyOf(platforms);
  }

  /** Whether it takes jobs. */
  public enum State {
    READY,
    DRAINING,
    STOPPED
  }
}
