/**
 * Layers unpacked on this worker's disk, and the overlay mounts that make a writable root
 * filesystem of them and a new layer of what was written.
 */
@NullMarked
package dev.brickyard.engine.snapshot;

import org.jspecify.annotations.NullMarked;
