/** The benchmark: the farm beside other builders, on the same projects, registry and machine. */
@NullMarked
package dev.brickyard.bench;

import org.jspecify.annotations.NullMarked;
