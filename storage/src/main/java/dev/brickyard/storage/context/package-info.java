/** Build contexts: received as a stream, read back file by file. */
@NullMarked
package dev.brickyard.storage.context;

import org.jspecify.annotations.NullMarked;
