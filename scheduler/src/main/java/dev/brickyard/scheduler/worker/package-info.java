/** The workers of the farm, as they describe themselves. */
@NullMarked
package dev.brickyard.scheduler.worker;

import org.jspecify.annotations.NullMarked;
