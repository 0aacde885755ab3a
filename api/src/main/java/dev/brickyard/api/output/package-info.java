/** Downloading what builds leave besides, or instead of, an image in a registry. */
@NullMarked
package dev.brickyard.api.output;

import org.jspecify.annotations.NullMarked;
