/** The chart under the real Helm engine, read back as the Kubernetes API reads it. */
@NullMarked
package dev.brickyard.helm;

import org.jspecify.annotations.NullMarked;
