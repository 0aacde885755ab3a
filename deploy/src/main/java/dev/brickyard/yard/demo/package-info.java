/** {@code brickyard demo}: what a newcomer sees, from nothing to a running image. */
@NullMarked
package dev.brickyard.yard.demo;

import org.jspecify.annotations.NullMarked;
