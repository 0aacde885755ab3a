package dev.brickyard.contracts;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The attempt a worker now holds, and everything it needs. Exactly one of {@code build} and {@code
 * publish} is set, by {@code kind}.
 *
 * @param attempt from 1; fences everything the worker says about the job
 * @param heartbeatSeconds how often the worker must call {@code POST
 *     /internal/v1/jobs/{jobId}/attempts/{attempt}/heartbeat} (204: go on; 409: stop, the attempt
 *     is no longer yours)
 * @param alone whether no other platform is built: nobody else tells anything of the build while
 *     this attempt is live
 * @param outputSeconds how long what the build leaves to download is kept; a day where null
 */
public record ClaimGranted(
    int schemaVersion,
    UUID buildId,
    UUID jobId,
    int attempt,
    JobKind kind,
    int heartbeatSeconds,
    @Nullable BuildSpecification build,
    @Nullable PublishSpecification publish,
    @Nullable String traceparent,
    boolean alone,
    @Nullable Long outputSeconds) {
  /** By a scheduler that says nothing about outputs. */
  public ClaimGranted(
      int schemaVersion,
      UUID buildId,
      UUID jobId,
      int attempt,
      JobKind kind,
      int heartbeatSeconds,
      @Nullable BuildSpecification build,
      @Nullable PublishSpecification publish,
      @Nullable String traceparent,
      boolean alone) {
    this(
        schemaVersion,
        buildId,
        jobId,
        attempt,
        kind,
        heartbeatSeconds,
        build,
        publish,
        traceparent,
        alone,
        null);
  }
}
