/** Tests of layers and their indexes, hostile archives included. */
@NullMarked
package dev.brickyard.engine.layer;

import org.jspecify.annotations.NullMarked;
