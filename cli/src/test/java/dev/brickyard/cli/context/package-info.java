/** Tests. */
@NullMarked
package dev.brickyard.cli.context;

import org.jspecify.annotations.NullMarked;
