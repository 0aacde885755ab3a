/** A whole yard for tests. */
@NullMarked
package dev.brickyard.yard.testing;

import org.jspecify.annotations.NullMarked;
