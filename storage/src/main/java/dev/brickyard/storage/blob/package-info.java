/** Immutable content under its digest, verified on the way in and out. */
@NullMarked
package dev.brickyard.storage.blob;

import org.jspecify.annotations.NullMarked;
