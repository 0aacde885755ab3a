/** The scheduler of the farm. */
@NullMarked
package dev.brickyard.scheduler;

import org.jspecify.annotations.NullMarked;
