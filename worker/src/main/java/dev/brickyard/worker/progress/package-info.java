/**
 * Tells the farm what happens in an attempt: events and log chunks, in order, in bounded memory.
 */
@NullMarked
package dev.brickyard.worker.progress;

import org.jspecify.annotations.NullMarked;
