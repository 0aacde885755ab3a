/** Telling the farm what the jobs of this worker used of the cache. */
@NullMarked
package dev.brickyard.worker.use;

import org.jspecify.annotations.NullMarked;
