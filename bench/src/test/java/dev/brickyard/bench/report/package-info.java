/** Tests of this package. */
@NullMarked
package dev.brickyard.bench.report;

import org.jspecify.annotations.NullMarked;
