/** What earlier builds were made of, in the object store. */
@NullMarked
package dev.brickyard.storage.explanation;

import org.jspecify.annotations.NullMarked;
