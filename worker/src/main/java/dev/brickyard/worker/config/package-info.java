/** What can be set from outside. */
@NullMarked
package dev.brickyard.worker.config;

import org.jspecify.annotations.NullMarked;
