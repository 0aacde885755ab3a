package dev.brickyard.worker.queue;

import dev.brickyard.contracts.JobQueued;

/**
 * A record of the job queue, as delivered to this worker.
 *
 * @param queue topic it came from
 * @param offset its place there; the same when it is delivered again
 * @param deliveryCount from 1
 */
public record QueuedJob(JobQueued job, String queue, long offset, int deliveryCount) {}
