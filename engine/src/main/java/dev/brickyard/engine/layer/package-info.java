/**
 * Layers and their indexes: the reproducible tar a step leaves behind, and the list of every path
 * in it, from which COPY and cache keys are resolved without the layer's bytes.
 */
@NullMarked
package dev.brickyard.engine.layer;

import org.jspecify.annotations.NullMarked;
