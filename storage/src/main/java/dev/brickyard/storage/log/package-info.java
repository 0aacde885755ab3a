/** Whole logs of finished attempts. */
@NullMarked
package dev.brickyard.storage.log;

import org.jspecify.annotations.NullMarked;
