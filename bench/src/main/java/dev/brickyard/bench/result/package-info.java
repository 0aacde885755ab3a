/** What was measured: samples, medians, and the file they are kept in. */
@NullMarked
package dev.brickyard.bench.result;

import org.jspecify.annotations.NullMarked;
