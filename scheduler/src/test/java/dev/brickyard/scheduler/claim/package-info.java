/** What goes into a claim. */
@NullMarked
package dev.brickyard.scheduler.claim;

import org.jspecify.annotations.NullMarked;
