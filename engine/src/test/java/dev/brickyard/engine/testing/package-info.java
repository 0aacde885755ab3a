/** What tests of this and other modules share: small real root filesystems, and what they leave. */
@NullMarked
package dev.brickyard.engine.testing;

import org.jspecify.annotations.NullMarked;
