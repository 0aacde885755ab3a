package dev.brickyard.contracts;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Who holds a lease that was asked for.
 *
 * @param contested whether it was held before, within the last minutes; only when it was granted
 * @param holder null when it was granted to who asked
 */
public record LeaseAnswer(int schemaVersion, boolean contested, @Nullable Holder holder) {
  /**
   * An attempt that lives and holds the lease.
   *
   * @param logFrom as in its {@link LeaseRequest}
   */
  public record Holder(
      UUID leaseId,
      UUID buildId,
      UUID jobId,
      int attempt,
      String stepId,
      long logFrom,
      Instant acquiredAt) {}
}
