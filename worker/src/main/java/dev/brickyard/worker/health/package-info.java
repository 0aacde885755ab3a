/** Tells whether the worker can do its work now. */
@NullMarked
package dev.brickyard.worker.health;

import org.jspecify.annotations.NullMarked;
