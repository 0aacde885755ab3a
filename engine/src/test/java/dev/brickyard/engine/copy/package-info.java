/** What COPY, ADD and WORKDIR make of files and directories. */
@NullMarked
package dev.brickyard.engine.copy;

import org.jspecify.annotations.NullMarked;
