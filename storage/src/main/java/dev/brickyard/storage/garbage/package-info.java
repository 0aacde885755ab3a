/**
 * Collecting garbage of the bucket: what no step record in use, no running build and no retention
 * policy needs any more is found and, after a grace period, removed.
 */
@NullMarked
package dev.brickyard.storage.garbage;

import org.jspecify.annotations.NullMarked;
