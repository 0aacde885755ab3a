/** Tests. */
@NullMarked
package dev.brickyard.engine.image;

import org.jspecify.annotations.NullMarked;
