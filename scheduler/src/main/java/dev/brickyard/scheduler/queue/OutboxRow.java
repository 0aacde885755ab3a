package dev.brickyard.scheduler.queue;

import java.util.UUID;

/**
 * A record on its way.
 *
 * @param id ascends in the order the records were added
 */
record OutboxRow(UUID id, OutgoingRecord record) {}
