/** The yard's commands: what they read from the command line and show on the terminal. */
@NullMarked
package dev.brickyard.yard.command;

import org.jspecify.annotations.NullMarked;
