/** Child processes that outlive the launcher: starting, finding again, stopping, cleaning up. */
@NullMarked
package dev.brickyard.yard.process;

import org.jspecify.annotations.NullMarked;
