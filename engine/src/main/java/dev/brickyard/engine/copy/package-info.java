/**
 * What COPY, ADD and WORKDIR do to a root filesystem, worked out over layer indexes: no layer of
 * the destination is ever read, and of a source only the files that are copied.
 */
@NullMarked
package dev.brickyard.engine.copy;

import org.jspecify.annotations.NullMarked;
