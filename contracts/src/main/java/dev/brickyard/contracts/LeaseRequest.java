package dev.brickyard.contracts;

import java.util.UUID;

/**
 * An attempt asks for a lease: {@code POST /internal/v1/leases}, answered with a {@link
 * LeaseAnswer}; 409 when the attempt no longer holds its job. May be repeated: the same id gets the
 * same lease. {@code DELETE /internal/v1/leases/{leaseId}} gives it back, with {@code ?failed=true}
 * when the work failed for a reason of its own; it answers 204, also when there is no such lease.
 *
 * @param leaseId made by the worker, new for each time it wants a lease
 * @param key what the lease is about; equal texts mean the same thing
 * @param stepId the step that wants it, within the job
 * @param logFrom the {@link LogChunk#sequence} from which on chunks of that step belong to the work
 *     under this lease
 */
public record LeaseRequest(
    int schemaVersion,
    UUID leaseId,
    String key,
    UUID jobId,
    int attempt,
    String stepId,
    long logFrom) {}
