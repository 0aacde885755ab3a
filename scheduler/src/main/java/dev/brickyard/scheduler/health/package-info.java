/** Whether the scheduler can do its work now. */
@NullMarked
package dev.brickyard.scheduler.health;

import org.jspecify.annotations.NullMarked;
