/** How workers get the attempts they hold, and everything they need for them: the internal HTTP. */
@NullMarked
package dev.brickyard.scheduler.claim;

import org.jspecify.annotations.NullMarked;
