/**
 * {@code RUN --mount=type=cache}: directories that live on a worker's disk while builds use them,
 * and travel between workers as generations of deduplicated chunks.
 */
@NullMarked
package dev.brickyard.engine.cachemount;

import org.jspecify.annotations.NullMarked;
