/** Tests of this package. */
@NullMarked
package dev.brickyard.bench.builder;

import org.jspecify.annotations.NullMarked;
