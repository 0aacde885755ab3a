/** The api of the farm. */
@NullMarked
package dev.brickyard.api;

import org.jspecify.annotations.NullMarked;
