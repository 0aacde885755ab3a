/**
 * Cache keys, step records, and the ports through which the engine reaches the farm's shared store.
 */
@NullMarked
package dev.brickyard.engine.cache;

import org.jspecify.annotations.NullMarked;
