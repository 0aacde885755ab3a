/** Who does what right now: leases that keep builds from doing the same thing at the same time. */
@NullMarked
package dev.brickyard.scheduler.lease;

import org.jspecify.annotations.NullMarked;
