package dev.brickyard.contracts;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A record of the job queue. Small, and holds no secrets: the specification comes with the claim.
 *
 * @param attempt how many attempts the scheduler had seen when it queued this, from 1
 * @param platform {@code os/arch[/variant]} of the queue it went to
 * @param traceparent W3C trace context of the build
 */
public record JobQueued(
    int schemaVersion,
    UUID buildId,
    UUID jobId,
    JobKind kind,
    int attempt,
    String platform,
    @Nullable String traceparent) {}
