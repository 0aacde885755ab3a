/** Listens to what the scheduler tells every worker. */
@NullMarked
package dev.brickyard.worker.control;

import org.jspecify.annotations.NullMarked;
