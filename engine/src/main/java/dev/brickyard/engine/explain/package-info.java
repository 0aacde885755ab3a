/**
 * Why a step was not in the cache: what the keys of a build were made of is kept, and compared with
 * what the next build's are made of.
 */
@NullMarked
package dev.brickyard.engine.explain;

import org.jspecify.annotations.NullMarked;
