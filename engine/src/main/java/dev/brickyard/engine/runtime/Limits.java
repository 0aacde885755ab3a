package dev.brickyard.engine.runtime;

import java.util.OptionalLong;

/**
 * What a container may use; empty means no limit.
 *
 * @param memoryBytes all its processes together, swap included
 * @param pids how many processes and threads
 * @param cpuShares its weight against others, 1024 being usual
 */
public record Limits(OptionalLong memoryBytes, OptionalLong pids, OptionalLong cpuShares) {
  /** No limit at all. */
  public static final Limits NONE =
      new Limits(OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty());
}
