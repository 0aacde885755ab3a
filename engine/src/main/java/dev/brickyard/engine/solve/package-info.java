/**
 * Walks a build's graph: looks every step up at once, executes what is missing, in parallel and
 * once per key, and turns the outcome into a pushed image.
 */
@NullMarked
package dev.brickyard.engine.solve;

import org.jspecify.annotations.NullMarked;
