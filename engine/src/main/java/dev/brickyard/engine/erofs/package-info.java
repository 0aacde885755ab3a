/**
 * Layers as file systems: an EROFS image of one layer, written front to back while its tar is read,
 * so that the kernel mounts one file where thousands would have to be unpacked.
 */
@NullMarked
package dev.brickyard.engine.erofs;

import org.jspecify.annotations.NullMarked;
