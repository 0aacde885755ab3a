/** An object store for tests, as real as the one in production. */
@NullMarked
package dev.brickyard.storage.testing;

import org.jspecify.annotations.NullMarked;
