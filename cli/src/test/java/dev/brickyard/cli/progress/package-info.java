/** Tests. */
@NullMarked
package dev.brickyard.cli.progress;

import org.jspecify.annotations.NullMarked;
