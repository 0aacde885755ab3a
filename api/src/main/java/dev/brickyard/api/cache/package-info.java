/** What the cache did for builds and projects, in figures. */
@NullMarked
package dev.brickyard.api.cache;

import org.jspecify.annotations.NullMarked;
