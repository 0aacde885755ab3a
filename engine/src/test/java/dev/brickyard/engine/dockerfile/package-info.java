/** Tests of the parser, with golden files, and of the expansion of words. */
@NullMarked
package dev.brickyard.engine.dockerfile;

import org.jspecify.annotations.NullMarked;
