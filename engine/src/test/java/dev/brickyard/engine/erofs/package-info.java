/** Images are compared with what the unpacker makes of the same layers. */
@NullMarked
package dev.brickyard.engine.erofs;

import org.jspecify.annotations.NullMarked;
