/** Tests. */
@NullMarked
package dev.brickyard.cli;

import org.jspecify.annotations.NullMarked;
