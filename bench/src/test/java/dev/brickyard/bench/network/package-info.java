/** Tests of this package. */
@NullMarked
package dev.brickyard.bench.network;

import org.jspecify.annotations.NullMarked;
