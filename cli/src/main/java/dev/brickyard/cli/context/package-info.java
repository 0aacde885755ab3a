/** Sends a folder as a build context: tar, compressed while it is read. */
@NullMarked
package dev.brickyard.cli.context;

import org.jspecify.annotations.NullMarked;
