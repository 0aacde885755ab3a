/** Saved cache mounts: their generations and chunks as objects. */
@NullMarked
package dev.brickyard.storage.mount;

import org.jspecify.annotations.NullMarked;
