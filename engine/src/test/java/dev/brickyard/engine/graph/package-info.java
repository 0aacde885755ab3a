/** How instructions become steps and configs. */
@NullMarked
package dev.brickyard.engine.graph;

import org.jspecify.annotations.NullMarked;
