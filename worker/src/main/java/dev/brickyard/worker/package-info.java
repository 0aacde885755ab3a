/**
 * Takes jobs from the queue, drives the engine, reports what happens and looks after its local
 * disk. Packages by feature; only {@code wiring} knows Quarkus' injection.
 */
@NullMarked
package dev.brickyard.worker;

import org.jspecify.annotations.NullMarked;
