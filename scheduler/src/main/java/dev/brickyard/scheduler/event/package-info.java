/** What workers say about the attempts they hold, and what becomes of it. */
@NullMarked
package dev.brickyard.scheduler.event;

import org.jspecify.annotations.NullMarked;
