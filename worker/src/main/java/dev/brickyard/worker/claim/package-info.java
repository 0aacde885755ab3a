/** Asks the scheduler for attempts, and whether they still count. */
@NullMarked
package dev.brickyard.worker.claim;

import org.jspecify.annotations.NullMarked;
