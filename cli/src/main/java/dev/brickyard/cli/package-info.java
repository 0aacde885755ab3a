/** The brickyard command: one class for each subcommand, and what they share. */
@NullMarked
package dev.brickyard.cli;

import org.jspecify.annotations.NullMarked;
