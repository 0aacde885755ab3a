/** Shows a running build: for people on a terminal, as plain lines elsewhere. */
@NullMarked
package dev.brickyard.cli.progress;

import org.jspecify.annotations.NullMarked;
