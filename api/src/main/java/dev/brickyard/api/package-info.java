/** The farm's front door: REST over submissions, builds and what happens in them. */
@NullMarked
package dev.brickyard.api;

import org.jspecify.annotations.NullMarked;
