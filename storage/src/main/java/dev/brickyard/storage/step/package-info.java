/** Step records, by cache scope and key. */
@NullMarked
package dev.brickyard.storage.step;

import org.jspecify.annotations.NullMarked;
