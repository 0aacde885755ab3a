/** Asking the farm to stop a build. */
@NullMarked
package dev.brickyard.api.cancel;

import org.jspecify.annotations.NullMarked;
