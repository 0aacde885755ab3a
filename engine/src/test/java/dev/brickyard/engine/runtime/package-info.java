/** Tests that run real containers. */
@NullMarked
package dev.brickyard.engine.runtime;

import org.jspecify.annotations.NullMarked;
