/** Records of the job queue: taken, held while their job runs, given back. */
@NullMarked
package dev.brickyard.worker.queue;

import org.jspecify.annotations.NullMarked;
