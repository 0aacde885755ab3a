@NullMarked
package dev.brickyard.engine.export;

import org.jspecify.annotations.NullMarked;
