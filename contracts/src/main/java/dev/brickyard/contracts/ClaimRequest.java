package dev.brickyard.contracts;

/**
 * A worker asks the scheduler for a job it got from the queue: {@code POST
 * /internal/v1/jobs/{jobId}/claims}. Answers: 200 with {@link ClaimGranted}; 409 with a problem
 * whose {@code code} is {@code already-claimed} (a live attempt holds it), {@code job-ended} (done,
 * failed or cancelled) — both mean: drop the record; 404 {@code no-such-job}: drop it too; 5xx or
 * no answer: keep the record's lock and ask again.
 *
 * @param workerId stable name of the worker
 * @param queue topic the record came from
 * @param offset of the record in the queue: a redelivery has the same offset
 * @param deliveryCount as Kafka counts it, from 1: a higher count of the same record means the
 *     previous holder lost it, so its attempt is superseded
 */
public record ClaimRequest(
    int schemaVersion, String workerId, String queue, long offset, int deliveryCount) {}
