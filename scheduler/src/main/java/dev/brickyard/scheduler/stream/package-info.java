/** Reading topics: at least once, and never past a record that was not dealt with. */
@NullMarked
package dev.brickyard.scheduler.stream;

import org.jspecify.annotations.NullMarked;
