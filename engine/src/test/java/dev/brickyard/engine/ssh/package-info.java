@NullMarked
package dev.brickyard.engine.ssh;

import org.jspecify.annotations.NullMarked;
