/** The worker of the farm. */
@NullMarked
package dev.brickyard.worker;

import org.jspecify.annotations.NullMarked;
