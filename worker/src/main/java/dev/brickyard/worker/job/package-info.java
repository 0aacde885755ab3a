/** Runs one attempt from its record to its last event. */
@NullMarked
package dev.brickyard.worker.job;

import org.jspecify.annotations.NullMarked;
