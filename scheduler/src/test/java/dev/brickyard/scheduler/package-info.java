/** Whole lives of builds against real PostgreSQL and Kafka. */
@NullMarked
package dev.brickyard.scheduler;

import org.jspecify.annotations.NullMarked;
