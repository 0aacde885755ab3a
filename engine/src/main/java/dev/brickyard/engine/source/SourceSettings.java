package dev.brickyard.engine.source;

import java.time.Duration;

/**
 * How sources are fetched.
 *
 * @param egress what may not be reached
 * @param maxBytes of one file, and of one pack of a repository
 * @param stall how long nothing may arrive
 */
public record SourceSettings(EgressPolicy egress, long maxBytes, Duration stall) {
  /** What a farm without settings has. */
  public static final SourceSettings DEFAULT =
      new SourceSettings(EgressPolicy.DEFAULT, 8L << 30, Duration.ofSeconds(60));

  public SourceSettings {
    if (maxBytes < 1) {
      throw new IllegalArgumentException("sources must be allowed at least a byte");
    }
  }

  /** The same, with another policy. */
  public SourceSettings withEgress(EgressPolicy policy) {
    return new SourceSettings(policy, maxBytes, stall);
  }

  /** The same, with another bound. */
  public SourceSettings withMaxBytes(long bytes) {
    return new SourceSettings(egress, bytes, stall);
  }
}
