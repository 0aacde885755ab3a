/** The farm from end to end: builds go in over HTTP, images come out of the registry. */
@NullMarked
package dev.brickyard.e2e;

import org.jspecify.annotations.NullMarked;
