/** The state machine, fact by fact. */
@NullMarked
package dev.brickyard.scheduler.build;

import org.jspecify.annotations.NullMarked;
