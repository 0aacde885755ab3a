/** Layer indexes, by diff id. */
@NullMarked
package dev.brickyard.storage.index;

import org.jspecify.annotations.NullMarked;
