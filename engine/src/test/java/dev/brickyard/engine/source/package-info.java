@NullMarked
package dev.brickyard.engine.source;

import org.jspecify.annotations.NullMarked;
