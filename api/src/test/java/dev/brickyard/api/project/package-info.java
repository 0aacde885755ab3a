/** Tests of what people decide for their projects. */
@NullMarked
package dev.brickyard.api.project;

import org.jspecify.annotations.NullMarked;
