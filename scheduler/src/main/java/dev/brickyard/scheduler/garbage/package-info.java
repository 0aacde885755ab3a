/**
 * When garbage of the object store is collected, and what came of it. How is in {@code
 * dev.brickyard.storage.garbage}.
 */
@NullMarked
package dev.brickyard.scheduler.garbage;

import org.jspecify.annotations.NullMarked;
