/** The storage of the farm. */
@NullMarked
package dev.brickyard.storage;

import org.jspecify.annotations.NullMarked;
