/** Starting, waiting for the services this one needs, and saying truthfully whether it is ready. */
@NullMarked
package dev.brickyard.api.start;

import org.jspecify.annotations.NullMarked;
