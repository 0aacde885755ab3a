/**
 * What clients see of builds: the submissions of this service merged with what the scheduler
 * publishes.
 */
@NullMarked
package dev.brickyard.api.build;

import org.jspecify.annotations.NullMarked;
