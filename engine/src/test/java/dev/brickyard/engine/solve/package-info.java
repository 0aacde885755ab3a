/** Whole builds with real parts: runc, overlayfs and a registry. */
@NullMarked
package dev.brickyard.engine.solve;

import org.jspecify.annotations.NullMarked;
