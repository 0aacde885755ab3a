/** Runs one process in a container on a root filesystem, through runc or crun, and cleans up. */
@NullMarked
package dev.brickyard.engine.runtime;

import org.jspecify.annotations.NullMarked;
