/**
 * The build context as a tree of content digests, received from hostile archives and filtered by
 * {@code .dockerignore}.
 */
@NullMarked
package dev.brickyard.engine.context;

import org.jspecify.annotations.NullMarked;
