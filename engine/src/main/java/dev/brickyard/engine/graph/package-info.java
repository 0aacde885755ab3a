/**
 * A Dockerfile's stages and arguments resolved into the steps that a target needs. Everything that
 * an instruction means is settled here; nothing has run yet.
 */
@NullMarked
package dev.brickyard.engine.graph;

import org.jspecify.annotations.NullMarked;
