/**
 * The farm's leases as this worker's builds see them: asked of the scheduler, and while another
 * build holds one, its output read from Kafka.
 */
@NullMarked
package dev.brickyard.worker.lease;

import org.jspecify.annotations.NullMarked;
