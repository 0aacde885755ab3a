/** What the worker says about the farm's cache. */
@NullMarked
package dev.brickyard.worker.cache;

import org.jspecify.annotations.NullMarked;
