/** Tests of figures and of the file they are kept in. */
@NullMarked
package dev.brickyard.bench.result;

import org.jspecify.annotations.NullMarked;
