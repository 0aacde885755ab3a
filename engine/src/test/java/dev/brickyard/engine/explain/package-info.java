/** Tests of explanations. */
@NullMarked
package dev.brickyard.engine.explain;

import org.jspecify.annotations.NullMarked;
