/**
 * The farm's cache: what it did for builds and projects, in figures, how much it holds, and
 * collecting what nothing needs any more.
 */
@NullMarked
package dev.brickyard.api.cache;

import org.jspecify.annotations.NullMarked;
