/** Projects and what people decide for them. */
@NullMarked
package dev.brickyard.api.project;

import org.jspecify.annotations.NullMarked;
