@NullMarked
package dev.brickyard.engine.lint;

import org.jspecify.annotations.NullMarked;
