/** Whether the workers that hold attempts are still there. */
@NullMarked
package dev.brickyard.scheduler.attempt;

import org.jspecify.annotations.NullMarked;
