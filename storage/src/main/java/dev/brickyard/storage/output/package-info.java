/** What builds leave to be downloaded, for a time. */
@NullMarked
package dev.brickyard.storage.output;

import org.jspecify.annotations.NullMarked;
