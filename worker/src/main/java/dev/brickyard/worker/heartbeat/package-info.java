/** Says regularly that this worker lives and what it does. */
@NullMarked
package dev.brickyard.worker.heartbeat;

import org.jspecify.annotations.NullMarked;
