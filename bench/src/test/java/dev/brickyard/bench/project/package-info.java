/** Tests of this package. */
@NullMarked
package dev.brickyard.bench.project;

import org.jspecify.annotations.NullMarked;
