/** What every implementation of the cache's ports must do, and those that tests use. */
@NullMarked
package dev.brickyard.engine.cache;

import org.jspecify.annotations.NullMarked;
