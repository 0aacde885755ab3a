/** The worker's own directory, and who it is. */
@NullMarked
package dev.brickyard.worker.disk;

import org.jspecify.annotations.NullMarked;
