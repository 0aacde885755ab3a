@NullMarked
package dev.brickyard.engine.secret;

import org.jspecify.annotations.NullMarked;
