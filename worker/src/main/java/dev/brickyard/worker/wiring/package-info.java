/** Makes the parts, joins them, and starts and stops them in order. */
@NullMarked
package dev.brickyard.worker.wiring;

import org.jspecify.annotations.NullMarked;
