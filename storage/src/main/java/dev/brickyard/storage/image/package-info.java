/** Layer images in the object store. */
@NullMarked
package dev.brickyard.storage.image;

import org.jspecify.annotations.NullMarked;
