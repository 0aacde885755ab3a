/** Tests of collecting garbage. */
@NullMarked
package dev.brickyard.storage.garbage;

import org.jspecify.annotations.NullMarked;
