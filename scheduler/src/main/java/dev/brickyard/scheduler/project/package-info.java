/** What people decided for their projects, which the api publishes, over what goes for all. */
@NullMarked
package dev.brickyard.scheduler.project;

import org.jspecify.annotations.NullMarked;
