/** Tests of this package. */
@NullMarked
package dev.brickyard.bench.base;

import org.jspecify.annotations.NullMarked;
