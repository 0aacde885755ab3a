/** Objects under keys, in S3: the one small port the rest of the storage stands on. */
@NullMarked
package dev.brickyard.storage.object;

import org.jspecify.annotations.NullMarked;
