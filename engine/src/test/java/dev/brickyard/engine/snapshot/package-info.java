/** Tests on real overlay mounts. */
@NullMarked
package dev.brickyard.engine.snapshot;

import org.jspecify.annotations.NullMarked;
