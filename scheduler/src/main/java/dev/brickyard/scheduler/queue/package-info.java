/**
 * How records get from a committed change to Kafka: written to the outbox with the change, sent
 * right after the commit, found by a sweep when that did not happen; and the topics they go to.
 */
@NullMarked
package dev.brickyard.scheduler.queue;

import org.jspecify.annotations.NullMarked;
