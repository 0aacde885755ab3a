/** How this worker's Kafka clients are set up. */
@NullMarked
package dev.brickyard.worker.kafka;

import org.jspecify.annotations.NullMarked;
